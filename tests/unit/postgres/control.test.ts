import assert from "node:assert/strict";
import { handleControlRequest } from "../../../local/postgres";
import { GLOBAL, MASTER, SINGAPORE, SYDNEY, TestPair } from "./support";

describe("the supervisor's control requests", function () {
  this.timeout(60_000);
  let pair: TestPair;
  const send = (method: string, path: string, body?: unknown) =>
    handleControlRequest(pair.supervisor, { method, path, body });
  const writer = {
    region: SINGAPORE,
    clusterIdentifier: "cluster-payments-apse1-test",
    globalClusterIdentifier: GLOBAL,
    engineVersion: "17.7",
    databaseName: "payments",
    masterUsername: MASTER.user,
    masterUserPassword: MASTER.password,
    role: "writer",
  };

  before(async () => {
    pair = new TestPair();
    await pair.open();
  });

  after(() => pair.close());

  it("leave other paths to others", async () => {
    assert.equal(await send("GET", "/psp/payments"), undefined);
  });

  it("answer 404 to an operation that does not exist", async () => {
    assert.equal((await send("PATCH", "/rds/clusters"))?.status, 404);
  });

  const refused: [string, object, string][] = [
    ["a Region that is none", { region: "Singapore" }, "region"],
    ["an identifier with two hyphens in a row", { clusterIdentifier: "a--b" }, "clusterIdentifier"],
    ["a password that RDS refuses", { masterUserPassword: 'has"quote1' }, "masterUserPassword"],
    ["RDS's own user name", { masterUsername: "rdsadmin" }, "masterUsername"],
    ["a writer without a user", { masterUsername: undefined }, "masterUsername"],
    ["another major version than the installed one", { engineVersion: "16.8" }, "16.8"],
    ["a secondary of no global cluster", { role: "secondary", globalClusterIdentifier: undefined }, "global"],
  ];
  for (const [what, change, mention] of refused) {
    it(`refuse ${what}`, async () => {
      // Act
      const response = await send("POST", "/rds/clusters", { ...writer, ...change });

      // Assess
      const body = response?.body as { code: string; message: string };
      assert.equal(response?.status, 400);
      assert.equal(body.code, "InvalidParameterValue");
      assert.match(body.message, new RegExp(mention));
    });
  }

  it("refuse a secondary before there is a writer", async () => {
    const response = await send("POST", "/rds/clusters", { ...writer, region: SYDNEY, role: "secondary" });
    assert.deepEqual(
      [response?.status, (response?.body as { code: string }).code],
      [404, "GlobalClusterNotFoundFault"],
    );
  });

  it("create a cluster, again with another password, list it and delete it", async () => {
    // Act
    const created = await send("POST", "/rds/clusters", writer);
    const again = await send("POST", "/rds/clusters", { ...writer, masterUserPassword: "another-horse-1" });
    const other = await send("POST", "/rds/clusters", { ...writer, databaseName: "other" });
    const listed = await send("GET", "/rds/clusters");
    pair.singapore = created?.body as typeof pair.singapore;
    const client = await pair.connect(pair.singapore, { password: "another-horse-1" });
    await client.end();
    const deleted = await send("DELETE", `/rds/clusters/${SINGAPORE}/${writer.clusterIdentifier}`);
    const gone = await send("DELETE", `/rds/clusters/${SINGAPORE}/${writer.clusterIdentifier}`);

    // Assess
    assert.equal(created?.status, 200);
    assert.deepEqual(again?.body, created.body);
    assert.equal((other?.body as { code: string }).code, "DBClusterAlreadyExistsFault");
    assert.equal((listed?.body as { clusters: unknown[] }).clusters.length, 1);
    assert.equal(deleted?.status, 200);
    assert.equal(gone?.status, 404);
  });

  it("refuse a delay that is out of range", async () => {
    assert.equal((await send("PUT", "/rds/replication", { delayMs: -1 }))?.status, 400);
    assert.equal((await send("PUT", "/rds/replication", { delayMs: 600_001 }))?.status, 400);
    assert.deepEqual(await send("PUT", "/rds/replication", { delayMs: 10 }), {
      status: 200,
      body: { replication: [] },
    });
  });
});
