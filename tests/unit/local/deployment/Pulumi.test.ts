import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passphrase } from "../../../../local/deployment/passphrase";
import { changesOf, isWorthShowing } from "../../../../local/deployment/Pulumi";

describe("the engine's report", () => {
  it("is counted by what changed", () => {
    const stdout =
      "…\nResources:\n    + 3 created\n    ~ 1 updated\n    - 2 deleted\n    +-1 replaced\n    70 unchanged\n\nDuration: 5s";
    assert.deepEqual(changesOf({ stdout }), { create: 3, update: 1, delete: 2, replace: 1, same: 70 });
  });

  it("of a run without changes has only unchanged resources", () => {
    assert.deepEqual(changesOf({ stdout: "\nResources:\n    73 unchanged\n" }), { same: 73 });
  });

  it("is shown without what nobody needs to read", () => {
    for (const line of [
      " +  aws:cloudformation:Stack network-apse1 created (2s)",
      "    error: creating CloudFormation Stack (stack-network-apse1-local): ROLLBACK_COMPLETE",
      "        - [mandatory]  s3-public-access  (aws:cloudformation/stack:Stack: storage-apse1)",
      "    - 73 deleted",
    ]) {
      assert.ok(isWorthShowing(line), line);
    }
    for (const line of [
      "",
      "@ updating....",
      "      warning: using pulumi-resource-aws from $PATH at /x/bin/pulumi-resource-aws",
      "      pulumi:pulumi:Stack payments-local  4 warnings",
      "        - [advisory]  unresolved-and-suppressed  (pulumi:pulumi:Stack: payments-local)",
    ]) {
      assert.ok(!isWorthShowing(line), line);
    }
  });
});

describe("the stack's passphrase", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "payments-passphrase-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is made once, for this clone, and readable by its owner only", () => {
    const file = join(folder, "passphrase");
    const made = passphrase(file, {});
    assert.ok(made.length >= 32);
    assert.equal(passphrase(file, {}), made);
    assert.equal(statSync(file).mode & 0o077, 0);
  });

  it("is the user's own when there is one, which is written nowhere", () => {
    const file = join(folder, "passphrase");
    assert.equal(passphrase(file, { PULUMI_CONFIG_PASSPHRASE: "mine" }), "mine");
    assert.throws(() => statSync(file), /ENOENT/);
  });
});
