import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dataRoot, serverAccount } from "../../../local/postgres/account";
import { GLOBAL, MASTER, SINGAPORE, SYDNEY, TestPair } from "./support";

const insert = "INSERT INTO ledger SELECT g, 'x' FROM generate_series($1::bigint, $2::bigint) g";

describe("a pair of PostgreSQL clusters", function () {
  this.timeout(90_000);
  let pair: TestPair;

  before(async () => {
    pair = new TestPair();
    await pair.open();
    await pair.createPair();
  });

  after(() => pair.close());

  it("streams what the writer commits to the secondary", async () => {
    // Act
    await pair.singaporeQuery(insert, [1, 10]);

    // Assess
    await pair.until(pair.sydney, 10);
    const [lag] = await pair.supervisor.lag();
    assert.equal(lag?.streaming, true);
    assert.equal(lag?.sourceRegion, SINGAPORE);
    assert.equal(lag?.targetRegion, SYDNEY);
  });

  it("refuses writes on the secondary with SQLSTATE 25006", async () => {
    await assert.rejects(pair.sydneyQuery(insert, [900, 900]), { code: "25006" });
  });

  it("refuses a connection without TLS and says so as rds.force_ssl does", async () => {
    await assert.rejects(
      pair.connect(pair.singapore, { tls: false }),
      /no pg_hba\.conf entry .* no encryption/,
    );
    assert.deepEqual(await pair.singaporeQuery("SHOW rds.force_ssl"), [{ "rds.force_ssl": "1" }]);
  });

  it("refuses a wrong password", async () => {
    await assert.rejects(pair.connect(pair.singapore, { password: "wrong-horse-battery" }), {
      code: "28P01",
    });
  });

  it("gives the master user RDS's rights: roles and databases, but no superuser", async () => {
    // Act
    const [master] = await pair.singaporeQuery(
      "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = $1",
      [MASTER.user],
    );

    // Assess
    assert.deepEqual(master, { rolsuper: false, rolcreatedb: true, rolcreaterole: true });
  });

  it("keeps what is committed: fsync and full page writes are on, and replication is verified TLS", async () => {
    // Act
    const settings = await pair.singaporeQuery(
      "SELECT string_agg(current_setting(s), ',') AS values FROM unnest(ARRAY['fsync', 'synchronous_commit', 'full_page_writes']) s",
    );
    const [tls] = await pair.singaporeQuery(
      "SELECT bool_and(ssl) AS all FROM pg_stat_ssl JOIN pg_stat_replication USING (pid)",
    );

    // Assess
    assert.deepEqual(settings, [{ values: "on,on,on" }]);
    assert.deepEqual(tls, { all: true });
  });

  it("keeps log in flight for as long as the link's delay", async () => {
    // Prepare
    pair.supervisor.setReplication({ delayMs: 800 });

    // Act
    await pair.singaporeQuery(insert, [11, 20]);
    await sleep(300);
    const inFlight = await pair.supervisor.lag();
    const arrivedAfterMs = 300 + (await pair.until(pair.sydney, 20));

    // Assess
    assert.ok(inFlight[0]!.bytes! > 0, "log is in flight");
    assert.ok(inFlight[0]!.seconds! > 0.1 && inFlight[0]!.seconds! < 0.9, `seconds ${inFlight[0]!.seconds}`);
    assert.ok(arrivedAfterMs > 600 && arrivedAfterMs < 2_500, `arrived after ${arrivedAfterMs} ms`);
    pair.supervisor.setReplication({ delayMs: 0 });
  });

  it("holds everything while the link is cut and catches up afterwards", async () => {
    // Prepare
    pair.supervisor.setReplication({ cut: true });

    // Act
    await pair.singaporeQuery(insert, [21, 5_000]);
    await sleep(700);
    const rowsWhileCut = await pair.count(pair.sydney);
    const [lag] = await pair.supervisor.lag();
    pair.supervisor.setReplication({ cut: false });

    // Assess
    assert.equal(rowsWhileCut, 20);
    assert.equal(lag?.streaming, false);
    assert.ok(lag.bytes! > 100_000);
    assert.ok(lag.seconds! >= 0.7);
    await pair.until(pair.sydney, 5_000);
  });

  it("refuses a switchover over a cut link and changes nothing", async () => {
    // Prepare
    pair.supervisor.setReplication({ cut: true });

    // Act
    const switchover = pair.supervisor.promote({
      globalClusterIdentifier: GLOBAL,
      targetRegion: SYDNEY,
      mode: "switchover",
    });

    // Assess
    await assert.rejects(switchover, { code: "InvalidGlobalClusterStateFault" });
    pair.supervisor.setReplication({ cut: false });
    await pair.singaporeQuery("DELETE FROM ledger WHERE id > 20");
    await pair.until(pair.sydney, 20);
  });

  it("loses nothing in a switchover under load, and the old writer becomes a standby", async () => {
    // Prepare: a client that writes until it is refused, and knows what was acknowledged.
    pair.supervisor.setReplication({ delayMs: 100 });
    const acknowledged: number[] = [];
    const client = await pair.connect(pair.singapore);
    const load = (async () => {
      for (let id = 10_000; ; id++) {
        await client.query("INSERT INTO ledger VALUES ($1, 'load')", [id]);
        acknowledged.push(id);
      }
    })().catch(() => undefined);
    await sleep(300);

    // Act
    const result = await pair.supervisor.promote({
      globalClusterIdentifier: GLOBAL,
      targetRegion: SYDNEY,
      mode: "switchover",
    });
    await load;

    // Assess
    assert.ok(acknowledged.length > 10, `${acknowledged.length} acknowledged`);
    const [survivors] = await pair.sydneyQuery(
      "SELECT count(*)::int AS n FROM ledger WHERE id = ANY($1::bigint[])",
      [acknowledged],
    );
    assert.equal(survivors?.n, acknowledged.length);
    assert.equal(result.lostBytes, 0);
    assert.equal(result.writerRegion, SYDNEY);
    await pair.sydneyQuery("INSERT INTO ledger VALUES (20000, 'after')");
    await pair.until(pair.singapore, await pair.count(pair.sydney));
    await assert.rejects(pair.singaporeQuery(insert, [900, 900]), { code: "25006" });
    pair.supervisor.setReplication({ delayMs: 0 });
  });

  it("loses the log in flight in a failover, fences the old writer and rebuilds it", async () => {
    // Prepare: Sydney writes now.
    await pair.sydneyQuery("TRUNCATE ledger");
    await pair.sydneyQuery(insert, [1, 5]);
    await pair.until(pair.singapore, 5);
    pair.supervisor.setReplication({ delayMs: 5_000 });
    await pair.sydneyQuery(insert, [6, 9]);

    // Act
    const result = await pair.supervisor.promote({
      globalClusterIdentifier: GLOBAL,
      targetRegion: SINGAPORE,
      mode: "failover",
    });
    const rowsAfter = await pair.count(pair.singapore);
    const oldWriter = pair.supervisor.describeClusters().find(({ region }) => region === SYDNEY);
    pair.supervisor.setReplication({ delayMs: 0 });
    await pair.supervisor.settled();

    // Assess
    assert.equal(rowsAfter, 5);
    assert.ok(result.lostBytes! > 0);
    assert.equal(oldWriter?.status, "rebuilding");
    assert.equal(oldWriter?.role, "secondary");
    await pair.singaporeQuery(insert, [100, 101]);
    await pair.until(pair.sydney, 7);
    assert.equal((await pair.supervisor.lag())[0]?.streaming, true);
  });

  it("leaves a frozen writer unfenced, and returns it as a standby when its Region is restored", async () => {
    // Prepare
    const client = await pair.connect(pair.singapore);
    await pair.supervisor.isolate(SINGAPORE, "frozen");

    // Act: the connection hangs, it is not reset.
    const hung = client.query("INSERT INTO ledger VALUES (777, 'lost')").then(
      () => "answered",
      () => "ended",
    );
    const first = await Promise.race([hung, sleep(500, "silent")]);
    await pair.supervisor.promote({
      globalClusterIdentifier: GLOBAL,
      targetRegion: SYDNEY,
      mode: "failover",
    });
    const whileFrozen = pair.supervisor.describeClusters().find(({ region }) => region === SINGAPORE)?.status;
    await pair.supervisor.restore(SINGAPORE);

    // Assess
    assert.equal(first, "silent");
    assert.equal(whileFrozen, "frozen");
    assert.equal(await hung, "ended");
    const rows = await pair.count(pair.sydney);
    await pair.until(pair.singapore, rows);
    await assert.rejects(pair.singaporeQuery(insert, [900, 900]), { code: "25006" });
  });

  it("starts again in the same roles on the same ports, also after its daemon was killed", async () => {
    // Prepare: the servers stay behind, as they do when the daemon is killed.
    const before = pair.supervisor.describeClusters();

    // Act
    const successor = pair.newSupervisor();
    await successor.start();
    pair.supervisor = successor;

    // Assess
    const after = successor.describeClusters();
    const shape = ({ region, role, port, status }: (typeof after)[number]): unknown => ({
      region,
      role,
      port,
      status,
    });
    assert.deepEqual(after.map(shape), before.map(shape));
    assert.notDeepEqual(
      after.map(({ pid }) => pid),
      before.map(({ pid }) => pid),
    );
    const rows = await pair.count(pair.sydney);
    await pair.sydneyQuery(insert, [5_000, 5_001]);
    await pair.until(pair.singapore, rows + 2);
  });

  it("refuses to delete a writer before its secondaries", async () => {
    await assert.rejects(pair.supervisor.deleteCluster(SYDNEY, "cluster-payments-apse2-test"), {
      code: "InvalidDBClusterStateFault",
    });
  });

  it("leaves neither process nor file behind when the last cluster is deleted", async () => {
    // Prepare
    const pids = pair.supervisor.describeClusters().map(({ pid }) => pid!);

    // Act
    await pair.supervisor.deleteCluster(SINGAPORE, "cluster-payments-apse1-test");
    await pair.supervisor.deleteCluster(SYDNEY, "cluster-payments-apse2-test");

    // Assess
    assert.equal(pids.length, 2);
    assert.deepEqual(
      pids.filter((pid) => existsSync(`/proc/${pid}`)),
      [],
    );
    assert.equal(existsSync(dataRoot(pair.directory, serverAccount())), false);
    assert.equal(existsSync(join(pair.directory, "postgres", "state.json")), false);
  });
});
