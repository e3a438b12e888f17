import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { request } from "undici";
import {
  awsConfig,
  embeddedDispatcher,
  FlatOutputs,
  readEmbeddedCloud,
  REGIONS,
  type EmbeddedCloud,
  type Place,
} from "../../local/client";
import { EdgeBrowser } from "./support/EdgeBrowser";

const TITLE = "What your payment’s status means";
const STATUSES = ["Accepted", "Processing", "Authorised", "Succeeded", "Failed", "Canceled"];

/** 38 rem. */
const WIDTH = "getComputedStyle(document.querySelector('main')).maxWidth";

/** What a script would do that got onto the page all the same: ask another server, and change the style in place. */
const BREAK_OUT = `
  document.body.append(Object.assign(new Image(), { src: "https://elsewhere.test/pixel.png" }));
  document.body.setAttribute("style", "color: red");`;

type Mode = "error" | "hang";

describe("the payment-status page in a browser", () => {
  let cloud: EmbeddedCloud;
  let outputs: FlatOutputs;
  let browser: EdgeBrowser;
  let dispatcher: ReturnType<typeof embeddedDispatcher>;

  before(async () => {
    cloud = readEmbeddedCloud();
    outputs = FlatOutputs.read();
    dispatcher = embeddedDispatcher(cloud);
    browser = await EdgeBrowser.launch(cloud, outputs.get("GlobalEdgeSiteUrl"));
  });
  afterEach(() => control("DELETE"));
  after(async () => {
    // Whatever a failed preparation left unmade.
    await (browser as EdgeBrowser | undefined)?.close();
    await (dispatcher as typeof dispatcher | undefined)?.destroy();
  });

  async function control(method: "PUT" | "DELETE", body?: unknown): Promise<void> {
    const { statusCode, body: answer } = await request(`${cloud.endpoint}/_cloud/outages`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${cloud.cloudToken}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    assert.equal(statusCode, 200, await answer.text());
  }

  /** Takes S3 of these Regions away. */
  const loseBuckets = (mode: Mode, ...places: Place[]) =>
    control("PUT", {
      faults: places.map((place) => ({ kind: "service", region: REGIONS[place], service: "s3", mode })),
    });

  it("satisfies R12: CloudFront serves it from a bucket, with its own files only and no violation of its policy", async () => {
    // Act
    const { page, response, requests, violations } = await browser.visit("/#succeeded");

    // Assess
    assert.equal(response.status(), 200);
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), TITLE);
    assert.deepEqual(await page.locator("dt").allTextContents(), STATUSES);
    assert.match(await page.getByRole("status").innerText(), /with the status “Succeeded”/);
    assert.equal(await page.locator("[aria-current]").getAttribute("id"), "succeeded");
    assert.equal(await page.evaluate(WIDTH), "608px", "the style sheet was not applied");
    assert.deepEqual(await violations(), []);
    const origin = outputs.get("GlobalEdgeSiteUrl");
    assert.ok(requests.length >= 3);
    assert.deepEqual(
      requests.filter((url) => new URL(url).origin !== origin),
      [],
    );
  });

  it("satisfies R30: it is served over TLS 1.2 or newer to a browser that trusts the certificate, and to no other", async () => {
    // Prepare
    const stranger = await EdgeBrowser.launch(cloud, outputs.get("GlobalEdgeSiteUrl"), false);

    // Act
    const { response } = await browser.visit();
    const details = await response.securityDetails();
    const refused = await stranger.visit().then(
      () => "loaded",
      (error: Error) => error.message,
    );
    await stranger.close();

    // Assess
    assert.match(details?.protocol ?? "", /^TLS 1\.[23]$/);
    assert.match(refused, /ERR_CERT_AUTHORITY_INVALID/);
  });

  it("tells the browser to allow nothing but the page's own files", async () => {
    // Act
    const { page, response, violations } = await browser.visit();
    await page.evaluate(BREAK_OUT);
    // The events come after the script; the page's own policy forbids Playwright's way of polling.
    while ((await violations()).length < 2) await sleep(50);

    // Assess
    const headers = response.headers();
    assert.equal(headers["strict-transport-security"], "max-age=63072000; includeSubDomains");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-frame-options"], "DENY");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.match(headers["content-security-policy"] ?? "", /^default-src 'none';/);
    const refused = (await violations()).map((violation) => violation.split(" ")[0]);
    assert.deepEqual([...new Set(refused)].sort(), ["img-src", "style-src-attr"]);
  });

  it("does not show what a link says, only what the page knows", async () => {
    for (const hash of ["#<b>refunded</b>", "#answer", "#"]) {
      const { page } = await browser.visit(`/${hash}`);
      assert.equal(await page.locator("#answer").isHidden(), true, hash);
      assert.equal(await page.locator("[aria-current]").count(), 0, hash);
    }
  });

  it("is readable without a mouse and without eyes", async () => {
    const { page } = await browser.visit("/#failed");
    const tree = await page.locator("body").ariaSnapshot();
    assert.match(tree, new RegExp(`- main:[\\s\\S]*- heading "${TITLE}" \\[level=1\\]`));
    assert.match(tree, /- status: The shop sent you here with the status “Failed”\./);
    for (const status of STATUSES) assert.match(tree, new RegExp(`- term: ${status}`));
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
  });

  for (const mode of ["error", "hang"] as const) {
    it(`satisfies R12: DR's bucket serves it while the primary's is gone (${mode})`, async () => {
      // Prepare
      await loseBuckets(mode, "primary");
      const lost = new S3Client({ ...awsConfig(cloud, "primary"), maxAttempts: 1 });
      const head = new HeadObjectCommand({
        Bucket: outputs.get("PrimaryStaticAssetsBucketName"),
        Key: "index.html",
      });
      await assert.rejects(lost.send(head, { abortSignal: AbortSignal.timeout(2_000) }));

      // Act
      const { page, response, violations } = await browser.visit("/#succeeded");

      // Assess
      assert.equal(response.status(), 200);
      assert.deepEqual(await page.locator("dt").allTextContents(), STATUSES);
      assert.match(await page.getByRole("status").innerText(), /“Succeeded”/);
      assert.deepEqual(await violations(), []);
    });
  }

  it("is an error of the edge only when both buckets are gone", async () => {
    await loseBuckets("error", "primary", "dr");
    const { response } = await browser.visit();
    assert.equal(response.status(), 503);
  });

  it("answers any other address with a page of its own", async () => {
    const { page, response } = await browser.visit("/no/such/page");
    assert.equal(response.status(), 404);
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "There is no such page");
    await page.getByRole("link", { name: TITLE }).click();
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), TITLE);
  });

  it("satisfies R36: nobody but the distribution reads the buckets", async () => {
    for (const place of ["primary", "dr"] as const) {
      const bucket = outputs.of(place, "StaticAssetsBucketName");
      const { statusCode, body } = await request(`${cloud.endpoint}/${bucket}/index.html`, { dispatcher });
      await body.dump();
      assert.equal(statusCode, 403, bucket);
    }
  });
});
