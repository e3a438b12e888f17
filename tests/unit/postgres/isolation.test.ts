import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { GLOBAL, SINGAPORE, SYDNEY, TestPair } from "./support";

const insert = "INSERT INTO ledger VALUES ($1, 'x')";

describe("a Region whose database is taken away", function () {
  this.timeout(90_000);
  let pair: TestPair;

  before(async () => {
    pair = new TestPair();
    await pair.open();
    await pair.createPair();
  });

  after(() => pair.close());

  it("crashes and comes back with all it had committed", async () => {
    // Prepare
    await pair.singaporeQuery(insert, [1]);

    // Act
    await pair.supervisor.isolate(SINGAPORE, "killed");
    const whileGone = await pair.singaporeQuery("SELECT 1").then(
      () => "answered",
      () => "refused",
    );
    await pair.supervisor.restore(SINGAPORE);

    // Assess
    assert.equal(whileGone, "refused");
    assert.equal(await pair.count(pair.singapore), 1);
    await pair.singaporeQuery(insert, [2]);
    await pair.until(pair.sydney, 2);
  });

  it("goes on writing in a partition, and gives up those writes when it returns after a failover", async () => {
    // Prepare
    await pair.supervisor.isolate(SINGAPORE, "network");

    // Act
    await pair.singaporeQuery(insert, [100]);
    const result = await pair.supervisor.promote({
      globalClusterIdentifier: GLOBAL,
      targetRegion: SYDNEY,
      mode: "failover",
    });
    await pair.singaporeQuery(insert, [101]);
    await pair.sydneyQuery(insert, [200]);
    await pair.supervisor.restore(SINGAPORE);

    // Assess
    assert.ok(result.lostBytes! > 0);
    await pair.until(pair.singapore, 3);
    const ids = await pair.singaporeQuery("SELECT id::int FROM ledger ORDER BY id");
    assert.deepEqual(
      ids.map(({ id }) => id),
      [1, 2, 200],
    );
  });

  it("refuses to promote a database that is isolated, and a switchover away from one", async () => {
    // Prepare
    await pair.supervisor.isolate(SINGAPORE, "network");
    const promote = (mode: "failover" | "switchover"): Promise<unknown> =>
      pair.supervisor.promote({ globalClusterIdentifier: GLOBAL, targetRegion: SINGAPORE, mode });

    // Act, Assess
    await assert.rejects(promote("failover"), { code: "InvalidDBClusterStateFault" });
    await pair.supervisor.restore(SINGAPORE);
    await pair.supervisor.isolate(SYDNEY, "network");
    await assert.rejects(promote("switchover"), { code: "InvalidGlobalClusterStateFault" });
    await pair.supervisor.restore(SYDNEY);
    await pair.sydneyQuery(insert, [201]);
    await pair.until(pair.singapore, 4);
  });

  it("detaches a secondary into a writer of its own", async () => {
    // Act
    await pair.supervisor.detachCluster(SINGAPORE, "cluster-payments-apse1-test");

    // Assess
    await pair.singaporeQuery(insert, [300]);
    assert.equal(await pair.count(pair.sydney), 4);
    assert.deepEqual(await pair.supervisor.lag(), []);
  });
});

describe("a Region that is cut off from the other one", function () {
  this.timeout(90_000);
  let pair: TestPair;

  before(async () => {
    pair = new TestPair();
    await pair.open();
    await pair.createPair();
  });

  after(() => pair.close());

  it("cannot be told to stop by a failover, and rejoins by itself some time after the cut is over", async () => {
    // Prepare
    await pair.singaporeQuery(insert, [1]);
    await pair.until(pair.sydney, 1);
    pair.supervisor.setReplication({ cut: true });
    const old = () => pair.supervisor.describeClusters().find(({ region }) => region === SINGAPORE);

    // Act
    await pair.supervisor.promote({
      globalClusterIdentifier: GLOBAL,
      targetRegion: SYDNEY,
      mode: "failover",
    });
    await pair.singaporeQuery(insert, [2]);
    const whileCut = old();
    pair.supervisor.setReplication({ cut: false, rejoinDelayMs: 500 });
    const atOnce = old();
    await sleep(700);
    await pair.supervisor.settled();

    // Assess
    assert.deepEqual([whileCut?.role, whileCut?.status], ["secondary", "isolated"]);
    assert.equal(atOnce?.status, "isolated");
    assert.deepEqual([old()?.role, old()?.status], ["secondary", "available"]);
    assert.equal(await pair.count(pair.singapore), 1, "what it wrote alone is gone");
    await assert.rejects(pair.singaporeQuery(insert, [3]), { code: "25006" });
  });

  it("tells CloudWatch its connections, and nothing while it is silent", async () => {
    // Prepare
    const client = await pair.connect(pair.sydney);

    // Act
    const [writer] = (await pair.supervisor.metrics()).filter(({ role }) => role === "writer");
    await pair.supervisor.isolate(SYDNEY, "frozen");
    const [silent] = (await pair.supervisor.metrics()).filter(({ role }) => role === "writer");
    await pair.supervisor.restore(SYDNEY);
    await client.end();

    // Assess
    assert.ok(writer!.connections! >= 1);
    assert.equal(silent!.connections, undefined);
  });
});
