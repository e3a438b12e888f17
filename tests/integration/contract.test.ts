import assert from "node:assert/strict";
import { join } from "node:path";
import { contractTest, type ContractResult } from "../../local/contract/contractTest";
import { Platform } from "./support/Platform";

/** Requests of each operation that are made up; the document's examples and corner cases come on top. */
const EXAMPLES = 60;
const TIMEOUT_MILLISECONDS = 5 * 60_000;

describe("the API's contract", function () {
  this.timeout(TIMEOUT_MILLISECONDS + 60_000);
  const platform = new Platform();
  let result: ContractResult;

  before(async () => {
    await platform.open();
    const merchant = await platform.newMerchant("contract");
    result = await contractTest({
      cloud: platform.cloud,
      document: join(__dirname, "..", "..", "docs", "openapi.yaml"),
      baseUrl: platform.outputs.get("PrimaryPaymentsApiUrl"),
      apiKey: merchant.apiKey,
      examples: EXAMPLES,
      seed: 1,
      timeoutMs: TIMEOUT_MILLISECONDS,
    });
  });

  after(() => platform.close());

  it("is kept by the running API, whatever is sent to it", () => {
    // What failed comes first: a report of the tests shows only the first lines.
    assert.deepEqual(result.failures, [], [...result.failures, result.output].join("\n"));
  });

  it("was tried on every operation", () => {
    assert.ok(result.operations >= 8, `${result.operations} operations`);
    assert.equal(result.tested, result.operations);
    assert.ok(result.requests > result.operations * EXAMPLES, `${result.requests} requests`);
  });
});
