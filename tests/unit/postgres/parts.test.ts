import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataRoot, serverAccount } from "../../../local/postgres/account";
import { lsnDistance, parseLsn } from "../../../local/postgres/lsn";
import { scramVerifier } from "../../../local/postgres/scram";
import { loadState, saveState, emptyState } from "../../../local/postgres/state";

describe("a log sequence number", () => {
  it("is a byte position", () => {
    assert.equal(parseLsn("16/B374D848"), 0x16b374d848n);
    assert.equal(lsnDistance(parseLsn("0/10"), parseLsn("1/0")), 0xfffffff0);
  });

  it("is never a negative distance from a later one", () => {
    assert.equal(lsnDistance(5n, 3n), 0);
  });

  it("is refused when it is none", () => {
    assert.throws(() => parseLsn("0/XYZ"), RangeError);
  });
});

describe("the servers' account", () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n";

  it("is nobody for root", () => {
    assert.deepEqual(serverAccount(0, passwd), { uid: 65534, gid: 65533 });
  });

  it("is the user himself for anybody else, with data in the embedded cloud's directory", () => {
    assert.deepEqual(serverAccount(1000, passwd), {});
    assert.equal(
      dataRoot("/home/a/clone/.embedded-cloud", {}),
      "/home/a/clone/.embedded-cloud/postgres/data",
    );
  });

  it("differs in its data folder from clone to clone", () => {
    const account = { uid: 65534, gid: 65533 };
    assert.notEqual(dataRoot("/a/.embedded-cloud", account), dataRoot("/b/.embedded-cloud", account));
    assert.match(dataRoot("/a/.embedded-cloud", account), /^\/var\/tmp\/payments-embedded-[0-9a-f]{12}$/);
  });

  it("is asked for in plain words where there is none", () => {
    assert.throws(() => serverAccount(0, "root:x:0:0:root:/root:/bin/sh\n"), /as an ordinary user/);
  });
});

describe("a SCRAM verifier", () => {
  it("is that of RFC 7677's example", () => {
    // The RFC's exchange: user "user", password "pencil", salt W22ZaJ0SNY7soEsUEjb6gQ==, 4096 iterations.
    const verifier = scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"));
    assert.equal(
      verifier,
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
  });
});

describe("the stored state", () => {
  it("is readable by its owner only, and refused when damaged", async () => {
    // Prepare
    const directory = mkdtempSync(join(tmpdir(), "payments-state-"));
    const file = join(directory, "postgres", "state.json");

    // Act, Assess
    const state = emptyState();
    await saveState(file, state);
    assert.deepEqual(await loadState(file), state);
    writeFileSync(file, "{");
    await assert.rejects(loadState(file), /is damaged/);
    rmSync(directory, { recursive: true });
  });
});
