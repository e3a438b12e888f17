import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findOnPath, PULUMI_VERSION } from "../../../../local/toolchain";
import { engineTool, isGoNewEnough } from "../../../../local/toolchain/engine";
import { isPythonNewEnough } from "../../../../local/toolchain/python";

const ROOT = join(__dirname, "../../../..");

describe("toolchain versions", () => {
  it("accepts Go from 1.26 on", () => {
    for (const version of ["go1.26", "go1.26.8", "go1.27rc1", "go2.0\n"])
      assert.ok(isGoNewEnough(version), version);
    for (const version of ["go1.25.9", "go1.9", "", "devel"]) assert.ok(!isGoNewEnough(version), version);
  });

  it("accepts Python from 3.11 on", () => {
    for (const version of ["3.11.0", "3.14.2"]) assert.ok(isPythonNewEnough(version), version);
    for (const version of ["3.10.9", "2.7.18", "4.0.0", ""]) assert.ok(!isPythonNewEnough(version), version);
  });

  it("builds the engine of the version that the SDK has", () => {
    const { devDependencies, dependencies } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    ) as Record<string, Record<string, string>>;
    const sdk = devDependencies?.["@pulumi/pulumi"] ?? dependencies?.["@pulumi/pulumi"];
    assert.equal(sdk, PULUMI_VERSION);
    const module = readFileSync(join(ROOT, "local/toolchain/engine/go.mod"), "utf8");
    assert.match(
      module,
      new RegExp(`github.com/pulumi/pulumi/pkg/v3 v${PULUMI_VERSION.replaceAll(".", "\\.")}\\b`),
    );
    assert.ok(engineTool().id.startsWith(`pulumi-${PULUMI_VERSION}-`));
  });

  it("installs the emulator's packages in the versions that it asks for", () => {
    const pins = (file: string) =>
      new Map(
        [...readFileSync(join(ROOT, file), "utf8").matchAll(/^([\w.-]+)==([\w.]+)/gm)].map(
          ([, name, version]) => [name!.toLowerCase(), version] as const,
        ),
      );
    const installed = pins("local/toolchain/requirements.txt");
    for (const [name, version] of [
      ...pins("local/emulator/requirements.txt"),
      ...pins("local/emulator/requirements-test.txt"),
    ]) {
      assert.equal(installed.get(name), version, name);
    }
  });

  it("finds a program on a PATH with gaps and missing folders", () => {
    assert.equal(findOnPath("sh", "/does/not/exist::/bin"), "/bin/sh");
    assert.equal(findOnPath("no-such-program", "/bin"), undefined);
  });
});
