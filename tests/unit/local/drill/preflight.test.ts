import assert from "node:assert/strict";
import { machineReasons, startReasons, type StartingState } from "../../../../local/drill/preflight";

const NORMAL: StartingState = {
  roles: { primary: "ACTIVE 1", dr: "STANDBY 1" },
  dns: "primary",
  witness: "primary",
  serviceAlarms: { primary: "OK", dr: "OK" },
  peerAlarm: "OK",
  openOperations: [],
  faults: [],
};

describe("a drill's preflight", () => {
  it("has nothing against the normal state", () => {
    assert.deepEqual(startReasons(NORMAL), []);
  });

  it("lists every reason at once", () => {
    const reasons = startReasons({
      roles: { primary: "FENCED 1", dr: "unknown" },
      dns: "dr",
      witness: "none",
      serviceAlarms: { primary: "ALARM", dr: "unknown" },
      peerAlarm: "ALARM",
      openOperations: ["op-1"],
      faults: ["partition"],
    });
    assert.deepEqual(reasons, [
      "primary is FENCED 1, not ACTIVE",
      "dr is unknown, not STANDBY",
      "the public name leads to dr, not to primary",
      "the witness says none, not primary",
      "the service alarm of primary is ALARM",
      "the service alarm of dr is unknown",
      "dr's alarm on the primary is ALARM",
      "operation op-1 has not ended",
      "the fault partition is set",
    ]);
  });

  it("wants memory and disk", () => {
    assert.deepEqual(machineReasons("/", { freeMemory: 16e9, freeDisk: 50e9 }), []);
    assert.deepEqual(machineReasons("/", { freeMemory: 1.2e9, freeDisk: 0.5e9 }), [
      "1.2 GB of memory are free; a drill needs 3.0 GB",
      "0.5 GB of disk are free; a drill needs 2.0 GB",
    ]);
    assert.ok(machineReasons("/").every((reason) => /are free/.test(reason)));
  });
});
