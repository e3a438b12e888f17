import assert from "node:assert/strict";
import { liveState, liveStateOf } from "../../../components/liveState";

describe("live state", () => {
  it("lets only the active Region act", () => {
    for (const place of ["primary", "dr"] as const) {
      const state = liveState({ activeRegion: place });
      const standby = place === "primary" ? "dr" : "primary";
      assert.equal(state.activePlace, place);
      assert.ok(Object.values(state[place]).every((on) => on === true));
      assert.ok(Object.values(state[standby]).every((on) => on === false));
    }
  });

  it("says where it was learnt", () => {
    assert.equal(liveState({ activeRegion: "primary" }).source, "configuration");
    assert.equal(liveStateOf("dr", 4, "control-record").source, "control-record");
  });

  it("has odd epochs for primary and even ones for dr", () => {
    assert.equal(liveState({ activeRegion: "primary" }).epoch, 1);
    assert.equal(liveState({ activeRegion: "dr" }).epoch, 2);
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
});
