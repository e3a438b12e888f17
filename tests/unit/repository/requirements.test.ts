import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { applied } from "../../../local/drill/mutation/guards";
import {
  allNamingTests,
  namingTests,
  REQUIREMENT_MUTATIONS,
  REQUIREMENTS,
  requirementsIn,
  requirementsMap,
} from "../../../local/requirements";
import { REPOSITORY, text } from "../support/repository";

const NUMBERS = Array.from({ length: 54 }, (_, index) => `R${index + 1}`);
describe("the requirements", () => {
  const tests = allNamingTests(REPOSITORY);

  it("are all here, once each", () => {
    assert.deepEqual(
      REQUIREMENTS.map(({ id }) => id),
      NUMBERS,
    );
  });

  it("are met by files that exist", () => {
    const absent = REQUIREMENTS.flatMap(({ metBy }) => metBy).filter(
      (path) => !existsSync(join(REPOSITORY, path)),
    );
    assert.deepEqual(absent, []);
  });

  for (const id of NUMBERS) {
    it(`have a test that names ${id} in its title`, () => {
      assert.ok(tests.some(({ requirements }) => requirements.includes(id)));
    });

    it(`have a mutation of ${id}, in a file whose tests name it`, () => {
      const own = REQUIREMENT_MUTATIONS.filter(({ requirement }) => requirement === id);
      assert.ok(own.length > 0);
      for (const { test } of own) {
        assert.ok(
          tests.some(({ file, requirements }) => file === test && requirements.includes(id)),
          `no test of ${test} names ${id}`,
        );
      }
    });
  }

  for (const { requirement, what, edits } of REQUIREMENT_MUTATIONS) {
    it(`can still be broken: ${requirement}, ${what}`, () => {
      for (const edit of edits) {
        const before = text(edit.file);
        assert.notEqual(applied(before, edit), before);
      }
    });
  }

  it("are mapped by the document as it stands", () => {
    const sources = { requirements: REQUIREMENTS, tests, mutations: REQUIREMENT_MUTATIONS };
    assert.equal(text("docs", "requirements.md"), requirementsMap(sources), "run `npm run -s requirements`");
  });
});

describe("the titles that name requirements", () => {
  it("are those of groups, tests and rows of checks, and not of what is skipped", () => {
    const source = `
      describe("satisfies R1: a group", () => {
        it(\`satisfies R2, R13: \${"a"} test\`, () => {});
        it.skip("satisfies R3: nothing", () => {});
        it("names none: PR4, R55x, R0", () => {});
      });
      describeChecks("group", [["satisfies R5: a row", check, []], ["no number", check, []]]);
      const comment = "R6 stands elsewhere"; // R7`;
    assert.deepEqual(
      namingTests("x.test.ts", source).map(({ requirements }) => requirements),
      [["R1"], ["R2", "R13"], ["R5"]],
    );
  });

  it("hold a number as a word of its own", () => {
    assert.deepEqual(requirementsIn("R1, R12 and R1"), ["R1", "R12"]);
    assert.deepEqual(requirementsIn("PR1 R100 R01 R2D2"), []);
  });
});
