import assert from "node:assert/strict";
import { join } from "node:path";
import { pluginCommand, programCommand, type ProgramRun } from "../../../local/language-host/commands";
import { failure } from "../../../local/language-host/host";
import { parseRuntimeOptions, splitArguments } from "../../../local/language-host/runtimeOptions";

const repository = join(__dirname, "../../..");
const run: ProgramRun = {
  engineAddress: "127.0.0.1:1",
  monitorAddress: "127.0.0.1:2",
  project: "payments",
  stack: "local",
  organization: "organization",
  workingDirectory: repository,
  programDirectory: repository,
  entryPoint: "",
  parallel: 4,
  dryRun: true,
  queryMode: false,
  attachDebugger: false,
  configuration: { "payments:suffix": "local" },
  secretKeys: ["payments:key"],
  arguments: [],
};

describe("the runtime options of Pulumi.yaml", () => {
  const lines: [string, string[]][] = [
    ["", []],
    ["--import tsx  --max-old-space-size=512", ["--import", "tsx", "--max-old-space-size=512"]],
    ['--import \'a b\' "c \\" d" e\\ f', ["--import", "a b", 'c " d', "e f"]],
    ["''", [""]],
    ["a'b'c", ["abc"]],
  ];
  for (const [line, words] of lines) {
    it(`split ${JSON.stringify(line)} as a shell does`, () => assert.deepEqual(splitArguments(line), words));
  }

  it("are refused with their names when they are wrong", () => {
    assert.throws(() => parseRuntimeOptions({ nodeargs: "'open" }), /nodeargs has an open '/);
    assert.throws(() => parseRuntimeOptions({ nodeargs: 1 }), /nodeargs must be a string/);
    assert.throws(() => parseRuntimeOptions({ typescript: "yes" }), /typescript must be true or false/);
    assert.throws(() => parseRuntimeOptions({ tsconfig: true }), /tsconfig must be a string/);
  });

  it("compile TypeScript unless they say otherwise", () => {
    assert.equal(parseRuntimeOptions({}).typescript, true);
    assert.equal(parseRuntimeOptions({ typescript: false }).typescript, false);
  });
});

describe("the command that runs a program", () => {
  it("is the program's own SDK with all that the engine said", () => {
    // Act
    const command = programCommand(
      run,
      parseRuntimeOptions({ nodeargs: "--import tsx", typescript: false }),
      { A: "1" },
    );

    // Assess
    const line = command.arguments.join(" ");
    assert.match(
      line,
      /^--import tsx .*@pulumi\/pulumi\/cmd\/run\/index\.js --monitor 127\.0\.0\.1:2 --engine 127\.0\.0\.1:1/,
    );
    assert.match(line, /--project payments --stack local .* --parallel 4 --query-mode false --dry-run \.$/);
    assert.equal(command.environment.PULUMI_CONFIG, '{"payments:suffix":"local"}');
    assert.equal(command.environment.PULUMI_CONFIG_SECRET_KEYS, '["payments:key"]');
    assert.equal(command.environment.PULUMI_NODEJS_TYPESCRIPT, undefined);
    assert.equal(command.environment.A, "1");
  });

  it("leaves type checks out, unless the user wants them", () => {
    const options = parseRuntimeOptions({ tsconfig: "tsconfig.pulumi.json" });
    const command = programCommand(run, options, {});
    assert.equal(command.environment.PULUMI_NODEJS_TYPESCRIPT, "true");
    assert.equal(command.environment.PULUMI_NODEJS_TRANSPILE_ONLY, "true");
    assert.equal(command.environment.PULUMI_NODEJS_TSCONFIG_PATH, "tsconfig.pulumi.json");
    const checked = programCommand(run, options, { PULUMI_NODEJS_TRANSPILE_ONLY: "false" });
    assert.equal(checked.environment.PULUMI_NODEJS_TRANSPILE_ONLY, "false");
  });

  it("says what to install where there is no SDK", () => {
    assert.throws(
      () => programCommand({ ...run, programDirectory: "/" }, parseRuntimeOptions({}), {}),
      /run npm ci there/,
    );
  });
});

describe("the command that runs a plugin", () => {
  const plugin = { ...run, arguments: ["127.0.0.1:1"], environment: ["A=b=c", "EMPTY"] };

  it("is the policy runner for a policy pack, with the engine's address first", () => {
    const command = pluginCommand({ ...plugin, kind: "analyzer" }, parseRuntimeOptions({}), {});
    assert.match(command.arguments.join(" "), /run-policy-pack\/index\.js 127\.0\.0\.1:1 .*$/);
    assert.equal(command.arguments.at(-1), repository);
    assert.equal(command.environment.A, "b=c");
    assert.equal(command.environment.EMPTY, "");
  });

  it("is the plugin runner for anything else, with the program first", () => {
    const command = pluginCommand({ ...plugin, kind: "resource" }, parseRuntimeOptions({}), {});
    assert.deepEqual(command.arguments.slice(1), [repository, "127.0.0.1:1"]);
  });
});

describe("the end of a program", () => {
  it("is a failure with its code or its signal", () => {
    assert.equal(failure({ code: 0, signal: null }), undefined);
    assert.equal(failure({ code: 3, signal: null }), "Program exited with non-zero exit code: 3");
    assert.equal(failure({ code: null, signal: "SIGKILL" }), "Program was ended by SIGKILL");
    assert.match(
      failure({ code: null, signal: null, error: new Error("ENOENT") })!,
      /could not be started: ENOENT/,
    );
  });
});
