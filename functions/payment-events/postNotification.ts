import { lookup as resolve } from "node:dns";
import { request } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./privateNetworks";

/** The URL may not be called: not https, with credentials, on another port, or at an address that is not public. */
export class ForbiddenNotificationUrl extends Error {
  override readonly name = "ForbiddenNotificationUrl";
}

/** The merchant's server did not take the notification. */
export class NotificationFailed extends Error {
  override readonly name = "NotificationFailed";
}

/** One notification. */
export interface Notification {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Milliseconds from the connection's start to the answer's head. */
const TIMEOUT_MILLISECONDS = 3_000;

/**
 * Posts a notification. The address is checked where the connection is made, so a name that resolves to another address
 * a moment later gains nothing. Redirects are not followed: only a 2xx counts.
 *
 * @param privateHosts hosts (lower case, optionally with `:port`) that may have private addresses and other ports.
 * @throws ForbiddenNotificationUrl, NotificationFailed
 */
export async function postNotification(
  notification: Notification,
  privateHosts: readonly string[],
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
): Promise<void> {
  const url = checkedUrl(notification.url, privateHosts);
  const isListed = isPrivateHost(url, privateHosts);
  const body = Buffer.from(notification.body, "utf8");
  await new Promise<void>((done, fail) => {
    const call = request(
      url,
      {
        method: "POST",
        headers: {
          ...notification.headers,
          "Content-Type": "application/json",
          "Content-Length": body.length,
        },
        // One connection per notification: a kept one would skip the check of the address.
        agent: false,
        ...(!isListed && { lookup: publicOnly }),
        signal: AbortSignal.timeout(timeoutMilliseconds),
      },
      (answer) => {
        const status = answer.statusCode ?? 0;
        // What it says is of no interest, however long it is.
        answer.destroy();
        if (status >= 200 && status <= 299) done();
        else fail(new NotificationFailed(`the merchant's server answered ${status}`));
      },
    );
    call.on("error", (cause) => {
      fail(
        cause instanceof ForbiddenNotificationUrl
          ? cause
          : new NotificationFailed("the merchant's server cannot be reached", { cause }),
      );
    });
    call.end(body);
  });
}

function checkedUrl(text: string, privateHosts: readonly string[]): URL {
  if (!URL.canParse(text)) throw new ForbiddenNotificationUrl("not a URL");
  const url = new URL(text);
  if (url.protocol !== "https:") throw new ForbiddenNotificationUrl("not https");
  if (url.username !== "" || url.password !== "")
    throw new ForbiddenNotificationUrl("credentials in the URL");
  if (isPrivateHost(url, privateHosts)) return url;
  if (url.port !== "") throw new ForbiddenNotificationUrl("a port other than 443");
  // A literal address is connected to without a lookup.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && !isPublicAddress(literal))
    throw new ForbiddenNotificationUrl("a private address");
  return url;
}

function isPrivateHost(url: URL, privateHosts: readonly string[]): boolean {
  return privateHosts.includes(url.hostname) || privateHosts.includes(url.host);
}

/** Node's lookup, with an error when any of the name's addresses is not public. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const first = addresses[0];
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(new ForbiddenNotificationUrl("a private address"), "", 0);
    }
    if (options.all === true) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
