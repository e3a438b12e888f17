import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { API_KEY_PATTERN, MERCHANT_ID_PATTERN } from "../../../../functions/domain/identifiers";
import { createMerchant, ensureMerchant, listMerchants, revokeMerchant } from "../../../../local/client";
import { createSecrets, readSecrets } from "../../../../local/cloud/secrets";
import { TestDatabase } from "../../support/postgres";

describe("a merchant whose id and key are given", function () {
  this.timeout(60_000);
  const postgres = new TestDatabase();
  const directory = mkdtempSync(join(tmpdir(), "payments-secrets-"));
  let database: Client;

  before(async () => {
    await postgres.start();
    await postgres.migrate();
    database = await postgres.client();
  });
  after(async () => {
    await database.end();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("is made from its secret once, and is there for the next time", async () => {
    // Prepare
    const file = join(directory, "secrets.json");
    const { syntheticMerchant } = createSecrets(file);
    const store = { database, apiKeyPepper: "a pepper of the tests" };

    // Act
    const first = await ensureMerchant(store, syntheticMerchant, "Synthetic merchant");
    const second = await ensureMerchant(store, readSecrets(file).syntheticMerchant, "Synthetic merchant");

    // Assess
    assert.deepEqual([first, second], [true, false]);
    assert.match(syntheticMerchant.merchantId, MERCHANT_ID_PATTERN);
    assert.match(syntheticMerchant.apiKey, API_KEY_PATTERN);
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.deepEqual(
      (await listMerchants(store)).map(({ name, usableKeys }) => [name, usableKeys]),
      [["Synthetic merchant", 1]],
    );
  });

  it("differs from a merchant that is made with an id and key of its own", async () => {
    const store = { database, apiKeyPepper: "a pepper of the tests" };

    const merchant = await createMerchant(store, { name: "Shop" });

    assert.equal(await ensureMerchant(store, merchant, "Shop"), false);
    assert.equal(await revokeMerchant(store, merchant.merchantId), 1);
  });
});
