import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  controlRecord,
  ControlRecordUnreadable,
  newestActivation,
  type ControlAnswer,
} from "../../../components/controlRecord";
import { liveState, liveStateOf, reconciledState } from "../../../components/liveState";
import { MockCloud, valueOf } from "./mocks";

const ABSENT: ControlAnswer = { kind: "absent" };
const LOST: ControlAnswer = { kind: "unreadable", reason: "ap-southeast-1: TimeoutError: no answer" };
const active = (activePlace: "primary" | "dr", epoch: number): ControlAnswer => ({
  kind: "activation",
  activation: { activePlace, epoch },
});

describe("live state", () => {
  it("lets only the active Region act", () => {
    for (const place of ["primary", "dr"] as const) {
      const state = reconciledState({ activeRegion: place }, undefined);
      const standby = place === "primary" ? "dr" : "primary";
      assert.equal(state.activePlace, place);
      assert.ok(Object.values(state[place]).every((on) => on === true));
      assert.ok(Object.values(state[standby]).every((on) => on === false));
    }
  });

  it("says where it was learnt", () => {
    assert.equal(reconciledState({ activeRegion: "primary" }, undefined).source, "configuration");
    const known = reconciledState({ activeRegion: "dr" }, { activePlace: "dr", epoch: 4 });
    assert.equal(known.source, "control-record");
    assert.equal(known.epoch, 4);
  });

  it("has odd epochs for primary and even ones for dr", () => {
    assert.equal(reconciledState({ activeRegion: "primary" }, undefined).epoch, 1);
    assert.equal(reconciledState({ activeRegion: "dr" }, undefined).epoch, 2);
    for (const [place, epoch] of [
      ["primary", 2],
      ["dr", 1],
      ["primary", -1],
      ["dr", 0],
      ["primary", 1.5],
    ] as const) {
      assert.throws(() => liveStateOf(place, epoch, "control-record"), RangeError);
    }
  });

  it("refuses a configuration that names another Region than the live one, and says how to reconcile", () => {
    assert.throws(
      () => reconciledState({ activeRegion: "primary" }, { activePlace: "dr", epoch: 2 }),
      (error: unknown) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(error.message, /says primary, but dr is active \(epoch 2\)/);
        assert.match(error.message, /pulumi config set payments:activeRegion dr/);
        return true;
      },
    );
  });

  it("believes the highest epoch, since replication may lag", () => {
    assert.deepEqual(newestActivation([active("primary", 1), active("dr", 2)]), {
      activePlace: "dr",
      epoch: 2,
    });
    assert.deepEqual(newestActivation([active("primary", 3), ABSENT]), { activePlace: "primary", epoch: 3 });
    assert.equal(newestActivation([ABSENT, ABSENT]), undefined);
  });

  it("believes one Region when the other one does not answer, and nobody when neither does", () => {
    assert.deepEqual(newestActivation([LOST, active("dr", 2)]), { activePlace: "dr", epoch: 2 });
    assert.equal(newestActivation([LOST, ABSENT]), undefined);
    assert.throws(() => newestActivation([LOST, LOST]), ControlRecordUnreadable);
  });

  describe("as the program reads it", () => {
    const config = { activeRegion: "dr", environmentSuffix: "test", endpoint: undefined } as const;
    const { readBoth } = controlRecord;
    const during = async (answers: ControlAnswer[], preview: boolean) => {
      controlRecord.readBoth = () => Promise.resolve(answers);
      await pulumi.runtime.setMocks(new MockCloud(), "payments", "test", preview);
      return liveState(config);
    };

    afterEach(async () => {
      controlRecord.readBoth = readBoth;
      await pulumi.runtime.setMocks(new MockCloud(), "payments", "test", false);
    });

    it("is the control record's", async () => {
      const live = await during([active("dr", 6), LOST], false);
      assert.equal(await valueOf(live.epoch), 6);
      assert.equal(await valueOf(live.dr.paymentQueueOpen), true);
      assert.equal(await valueOf(live.primary.consumersEnabled), false);
    });

    it("is unknown, and an update refuses, while a Region does not answer that may hold the record", async () => {
      for (const answers of [
        [LOST, LOST],
        [LOST, ABSENT],
      ]) {
        const { epoch } = await during(answers, false);
        const promise = (epoch as unknown as { promise(): Promise<unknown> }).promise();
        await assert.rejects(promise, /cannot be read .*without it an update might undo a failover/);
      }
      assert.equal(await valueOf((await during([ABSENT, ABSENT], false)).epoch), 2);
    });

    it("is what is expected when a preview can read nothing", async () => {
      const live = await during([LOST, LOST], true);
      assert.equal(await valueOf(live.activePlace), "dr");
      assert.equal(await valueOf(live.epoch), 2);
    });
  });
});
