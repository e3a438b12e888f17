import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayTokenAuthorizerEvent,
} from "aws-lambda";
import { API_KEY_PATTERN, digestsEqual, hashApiKey } from "../domain/identifiers";
import type { Queryable } from "../shared/database/Database";
import { DatabaseNotWritable, DatabaseUnavailable } from "../shared/database/errors";
import type { Log } from "../shared/observability/logger";
import { RegionNotActive, type RegionRoleReader } from "../shared/regions/regionState";
import { findApiKey } from "../shared/repositories/merchants";
import type { MerchantSecret, SecretReader } from "../shared/secrets/SecretReader";

/** What the authorizer works with. */
export interface AuthorizerDependencies {
  readonly database: Queryable;
  readonly regionState: RegionRoleReader;
  readonly secret: SecretReader<MerchantSecret>;
  readonly log: Log;
}

type AuthorizerEvent = APIGatewayRequestAuthorizerEvent | APIGatewayTokenAuthorizerEvent;

/**
 * Names the merchant whose API key the request carries. The policy covers the whole API: were it cached, a policy for
 * one path would refuse the next one.
 *
 * API Gateway turns the error `Unauthorized`, by exactly that text, into 401.
 *
 * A Region that is not active, or whose database is away, cannot know any merchant; the request goes on without one,
 * and every function answers 503 with Retry-After before it does anything. A denial here would be a 401 or a 500, which
 * tells the caller to give up.
 */
export function createHandler(
  dependencies: AuthorizerDependencies,
): (event: AuthorizerEvent) => Promise<APIGatewayAuthorizerResult> {
  return async (event) => {
    const apiKey = apiKeyOf(event);
    if (apiKey === undefined) throw new Error("Unauthorized");
    const merchantId = await identify(dependencies, apiKey);
    if (merchantId === "refused") throw new Error("Unauthorized");
    return {
      principalId: merchantId ?? "unidentified",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: wholeApi(event.methodArn) }],
      },
      context: merchantId === undefined ? {} : { merchantId },
    };
  };
}

function apiKeyOf(event: AuthorizerEvent): string | undefined {
  const header =
    event.type === "TOKEN"
      ? event.authorizationToken
      : Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === "authorization")?.[1];
  const apiKey = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
  return apiKey !== undefined && API_KEY_PATTERN.test(apiKey) ? apiKey : undefined;
}

/** The merchant; `refused` for a key that is unknown or revoked; undefined when this Region cannot tell. */
async function identify(
  { database, regionState, secret, log }: AuthorizerDependencies,
  apiKey: string,
): Promise<string | undefined> {
  try {
    await regionState.requireServing();
    const { apiKeyPepper } = await secret.read();
    const hash = hashApiKey(apiKeyPepper, apiKey);
    const record = await findApiKey(database, hash);
    // The index already compared, though not in constant time; what it compared is an HMAC that nobody can choose.
    const matches = digestsEqual(record?.keyHash ?? Buffer.alloc(hash.length), hash);
    return record?.usable === true && matches ? record.merchantId : "refused";
  } catch (error) {
    if (error instanceof RegionNotActive) return undefined;
    if (error instanceof DatabaseUnavailable || error instanceof DatabaseNotWritable) {
      log.error("the database is away: no merchant can be identified", { error });
      return undefined;
    }
    throw error;
  }
}

/** `arn:…:api-id/stage/METHOD/path` → everything under that stage. */
function wholeApi(methodArn: string): string {
  const [api, stage] = methodArn.split("/");
  return `${api}/${stage}/*`;
}
