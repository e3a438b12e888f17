import assert from "node:assert/strict";
import { load as loadYaml } from "js-yaml";
import { parse as parseJsonc } from "../support/jsonc";
import { files, text } from "../support/repository";

const tracked = files();

/** JavaScript that must be JavaScript, each with its reason. */
const JAVASCRIPT: Readonly<Record<string, string>> = {
  "eslint.config.mjs": "ESLint loads its configuration without a loader for TypeScript",
  "local/bootstrap.mjs": "runs before anything is installed, on the machine's own Node",
  "local/emulator/runtime/modules/cfn-response/index.js":
    "stands for the module that Lambda offers to inline code",
  "local/emulator/runtime/network.js":
    "is preloaded into every function process, which has no loader for TypeScript",
  "policy/index.js":
    "is what Pulumi's policy runner starts, which would compile TypeScript by its own older compiler",
};

describe("the repository", () => {
  it("satisfies R3: is built from the packages that were asked for, each pinned", () => {
    const { dependencies, devDependencies } = JSON.parse(text("package.json")) as Record<
      string,
      Record<string, string>
    >;
    const all = { ...dependencies, ...devDependencies };
    for (const name of [
      "@pulumi/pulumi",
      "@pulumi/aws",
      "@pulumi/aws-native",
      "@pulumi/policy",
      "js-yaml",
      "mocha",
    ]) {
      assert.ok(name in all, name);
    }
    for (const [name, version] of Object.entries(all))
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
  });

  it("satisfies R5: is TypeScript, strictly checked, wherever there is a choice", () => {
    const { main } = loadYaml(text("Pulumi.yaml")) as { main: string };
    const { compilerOptions } = parseJsonc(text("tsconfig.json")) as {
      compilerOptions: Record<string, unknown>;
    };
    assert.equal(main, "index.ts");
    assert.equal(compilerOptions["strict"], true);
    assert.equal(compilerOptions["noUncheckedIndexedAccess"], true);
    const javascript = tracked.filter((file) => /\.(js|mjs|cjs|jsx)$/.test(file));
    assert.deepEqual(javascript.sort(), Object.keys(JAVASCRIPT).sort());
  });

  it("satisfies R45: has integration tests that learn addresses from the flat outputs alone", () => {
    const sources = tracked.filter((file) => file.startsWith("tests/integration/") && file.endsWith(".ts"));
    assert.ok(sources.length >= 8);
    const platform = text("tests", "integration", "support", "Platform.ts");
    assert.match(platform, /FlatOutputs\.read\(\)/);
    for (const file of sources) {
      const source = text(file).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
      assert.doesNotMatch(
        source,
        /https?:\/\/(?!127\.0\.0\.1|localhost)[\w.-]*(amazonaws|payments\.test)/,
        file,
      );
      assert.doesNotMatch(source, /\b\w+\.(cluster|rds|execute-api|sqs)\.ap-southeast-[12]\b/, file);
    }
  });

  it("satisfies R52: tests every template in units, and the failover across Regions in every run", () => {
    const command = text("local", "commands", "test.ts");
    const phases = [...command.matchAll(/part: "(\w+)"/g)].map(([, part]) => part);
    for (const part of ["unit", "integration", "drill"]) assert.ok(phases.includes(part), part);
    const sources = tracked
      .filter((file) => file.startsWith("tests/unit/cfn/") && file.endsWith(".test.ts"))
      .map((file) => text(file))
      .join("\n");
    const untested = tracked
      .flatMap((file) => /^cfn\/([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
      .filter((template) => !new RegExp(`["(\\x60/]${template}(/|"|\\.yaml)`).test(sources));
    assert.deepEqual(untested, []);
  });
});
