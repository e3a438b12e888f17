import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { descendantsOf, endProcess, identityOf, isRunning } from "../../../../local/cloud/processIdentity";

function start(script: string): ChildProcess {
  return spawn("/bin/sh", ["-c", script], { stdio: "ignore" });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("process identity", () => {
  it("is that of one process, not of its number", () => {
    const own = identityOf(process.pid)!;
    assert.ok(isRunning(own));
    assert.ok(!isRunning({ ...own, startedAt: `${own.startedAt}1` }), "same id, other start");
  });

  it("is nobody's when there is no such process", () => {
    assert.equal(identityOf(2 ** 22 + 1), undefined);
  });

  it("never signals a process that got the id of one that has ended", async () => {
    const child = start("sleep 30");
    const identity = identityOf(child.pid!)!;
    assert.equal(await endProcess({ ...identity, startedAt: "earlier" }), false);
    assert.ok(isRunning(identity));
    assert.equal(await endProcess(identity), true);
    assert.ok(!isRunning(identity));
  });

  it("ends a process with everything that descends from it", async () => {
    const child = start("sleep 30 & sleep 30 & wait");
    await until(() => descendantsOf(child.pid!).length === 2);
    const family = [identityOf(child.pid!)!, ...descendantsOf(child.pid!)];
    await endProcess(family[0]!);
    assert.deepEqual(family.filter(isRunning), []);
  });

  it("kills what does not heed SIGTERM", async () => {
    const child = start("trap '' TERM; while :; do sleep 1; done");
    await until(() => descendantsOf(child.pid!).length === 1);
    const identity = identityOf(child.pid!)!;
    await endProcess(identity, 200);
    assert.ok(!isRunning(identity));
  });

  it("does nothing when the process has ended already", async () => {
    const child = start("exit 0");
    const identity = identityOf(child.pid!) ?? { pid: child.pid!, startedAt: "" };
    await new Promise((resolve) => child.once("exit", resolve));
    assert.equal(await endProcess(identity), false);
  });
});
