import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cloudFiles,
  readCloudState,
  readProcesses,
  writeCloudState,
  writeProcesses,
  type CloudState,
} from "../../../../local/cloud/cloudState";
import { runningCloud, stopCloud } from "../../../../local/cloud";
import { identityOf } from "../../../../local/cloud/processIdentity";
import { spawn } from "node:child_process";

const GONE = { pid: 4_194_305, startedAt: "boot/1" };

const state: CloudState = {
  version: 1,
  endpoint: "https://127.0.0.1:4566",
  caFile: "/nowhere/ca.pem",
  clientEnv: { AWS_ACCESS_KEY_ID: "123456789012" },
  accountId: "123456789012",
  psp: { url: "https://127.0.0.1:4567" },
  dns: { address: "127.0.0.1", port: 4569 },
  clockFactor: 20,
  postgres: { controlUrl: "http://127.0.0.1:4568" },
  pids: { daemon: GONE, emulator: GONE },
  cloudToken: "t".repeat(43),
  startedAt: "2026-11-24T09:00:00.000Z",
};

describe("the embedded cloud's state", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "payments-cloud-"));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("is read as it was written, by its owner only", () => {
    writeCloudState(directory, state);
    assert.deepEqual(readCloudState(directory), state);
    assert.equal(statSync(cloudFiles(directory).cloud).mode & 0o077, 0);
    assert.deepEqual(readdirSync(directory), ["cloud.json"], "no draft stays");
  });

  for (const [what, content] of Object.entries({
    "cut off": JSON.stringify(state).slice(0, 40),
    empty: "",
    "of another version": JSON.stringify({ ...state, version: 2 }),
    "without a DNS server": JSON.stringify({ ...state, dns: undefined }),
    "of a clock that runs backwards": JSON.stringify({ ...state, clockFactor: -1 }),
    "without processes": JSON.stringify({ ...state, pids: {} }),
  })) {
    it(`counts as absent when it is ${what}`, () => {
      writeFileSync(cloudFiles(directory).cloud, content);
      assert.equal(readCloudState(directory), undefined);
    });
  }

  it("is that of no running cloud when its processes have ended", async () => {
    writeCloudState(directory, state);
    assert.equal(await runningCloud(directory), undefined);
  });

  it("is cleared when a stale one is stopped", async () => {
    writeCloudState(directory, state);
    assert.equal(await stopCloud(directory), false);
    assert.equal(readCloudState(directory), undefined);
  });

  it("lets a half-finished start be stopped by what it noted", async () => {
    const left = spawn("sleep", ["30"], { stdio: "ignore" });
    const identity = identityOf(left.pid!)!;
    writeProcesses(directory, { daemon: GONE, emulator: identity });
    assert.equal(await stopCloud(directory), true);
    assert.equal(identityOf(left.pid!), undefined);
    assert.deepEqual(readProcesses(directory), {});
  });

  it("does nothing where there never was a cloud", async () => {
    assert.equal(await stopCloud(join(directory, "none")), false);
  });
});
