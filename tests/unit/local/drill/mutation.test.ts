import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../../../local/deployment";
import { applied, GUARDS } from "../../../../local/drill/mutation/guards";
import { SCENARIOS } from "../../../../local/drill/scenarios";

describe("the guards that are taken out", () => {
  it("are those that were agreed", () => {
    const agreed = ["latch", "lease", "wait", "epoch", "psp-query", "replay", "re-drive"];
    assert.deepEqual(GUARDS.map(({ name }) => name).sort(), agreed.sort());
  });

  for (const { name, edits, finder } of GUARDS) {
    it(`are still where they were: ${name}`, () => {
      const sources = new Map<string, string>();
      for (const edit of edits) {
        const before = sources.get(edit.file) ?? readFileSync(join(REPOSITORY, edit.file), "utf8");
        const after = applied(before, edit);
        assert.notEqual(after, before);
        sources.set(edit.file, after);
      }
      if (finder.kind === "drill") assert.ok(SCENARIOS.some((each) => each.name === finder.scenario));
    });
  }

  it("are not taken out by a text that stands there twice, or not at all", () => {
    const edit = { file: "x.ts", find: "a$", replacement: "$&" };
    assert.throws(() => applied("a$ a$", edit), /x\.ts has 2 times/);
    assert.throws(() => applied("b", edit), /0 times/);
    assert.equal(applied("a$ b", edit), "$& b");
  });
});
