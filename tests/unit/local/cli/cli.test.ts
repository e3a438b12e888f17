import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CommandError,
  exclusively,
  formatElapsed,
  FAILOVER_EXIT_CODES,
  Interrupted,
  lineSplitter,
  parseCommandLine,
  Refused,
  runProgram,
  tail,
  UsageError,
  type Command,
} from "../../../../local/cli";
import { identityOf } from "../../../../local/cloud/processIdentity";
import { report } from "../../../../local/cli/runCommand";

const command: Command<{ json: { type: "boolean" }; amount: { type: "string" } }> = {
  name: "npm run x",
  help: "Usage: npm run x",
  options: { json: { type: "boolean" }, amount: { type: "string" } },
  positionals: 1,
  run: () => Promise.resolve(),
};

describe("a command line", () => {
  it("is parsed into flags and arguments", () => {
    const { values, positionals } = parseCommandLine(command, ["--json", "--amount", "5", "create"]);
    assert.deepEqual({ ...values }, { json: true, amount: "5" });
    assert.deepEqual(positionals, ["create"]);
  });

  for (const wrong of [["--yaml"], ["--amount"], ["--json=yes"], ["a", "b"]]) {
    it(`is refused with the help text: ${wrong.join(" ")}`, () => {
      assert.throws(
        () => parseCommandLine(command, wrong),
        (error: Error) => error instanceof UsageError && error.message.includes("Usage: npm run x"),
      );
    });
  }

  it("has documented exit codes", () => {
    assert.equal(report(new CommandError("x")), 1);
    assert.equal(report(new UsageError("x")), 2);
    assert.equal(report(new Interrupted("SIGINT")), 130);
    assert.equal(report(new Interrupted("SIGTERM")), 143);
    assert.equal(report(new Refused("x")), 1);
    assert.equal(report(new Error("bug")), 1);
  });

  it("tells a refusal from a failure where a script must", () => {
    const codeOf = (error: Error) => report(error, FAILOVER_EXIT_CODES);
    assert.equal(codeOf(new UsageError("x")), 1);
    assert.equal(codeOf(new Refused("x")), 2);
    assert.equal(codeOf(new CommandError("x")), 3);
    assert.equal(codeOf(new Error("bug")), 3);
    assert.equal(codeOf(new Interrupted("SIGINT")), 130);
  });
});

describe("a program that a command runs", () => {
  it("gives its code and output, line by line too", async () => {
    const lines: string[] = [];
    const result = await runProgram("/bin/sh", ["-c", "echo one; echo two >&2; printf three; exit 3"], {
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    assert.deepEqual(result, { code: 3, stdout: "one\nthree", stderr: "two\n" });
    assert.deepEqual(lines.sort(), ["stderr two", "stdout one", "stdout three"]);
  });

  it("that does not exist is named", async () => {
    await assert.rejects(runProgram("/no/such/program", []), /\/no\/such\/program does not start/);
  });

  it("is ended with all that it started, when the command is interrupted", async () => {
    const abort = new AbortController();
    let child = 0;
    const running = runProgram("/bin/sh", ["-c", "sleep 30 & echo $!; wait"], {
      signal: abort.signal,
      onLine: (line) => {
        child = Number(line);
        abort.abort(new Interrupted());
      },
    });
    await assert.rejects(running, Interrupted);
    assert.equal(identityOf(child), undefined);
  });

  it("is not started when the command was interrupted before", async () => {
    await assert.rejects(
      async () => runProgram("/bin/true", [], { signal: AbortSignal.abort(new Interrupted()) }),
      Interrupted,
    );
  });

  it("is ended when it takes too long", async () => {
    await assert.rejects(runProgram("/bin/sleep", ["30"], { timeoutMs: 50 }), /was ended after 0.05 s/);
  });
});

describe("two commands on one folder", () => {
  it("exclude each other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "payments-lock-"));
    try {
      await exclusively(folder, async () => {
        await assert.rejects(
          exclusively(folder, async () => undefined),
          /Another command is changing/,
        );
      });
      assert.equal(await exclusively(folder, async () => "next"), "next");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("text for people", () => {
  it("has durations in the unit that fits", () => {
    assert.deepEqual([420, 12_400, 59_600, 185_000, 3_600_000].map(formatElapsed), [
      "0.4 s",
      "12 s",
      "60 s",
      "3 min 5 s",
      "60 min 0 s",
    ]);
  });

  it("is cut into lines wherever the pieces end", () => {
    const lines: string[] = [];
    const splitter = lineSplitter((line) => lines.push(line));
    ["a", "b\nc\r", "\n\nd"].forEach((piece) => splitter.push(piece));
    splitter.end();
    assert.deepEqual(lines, ["ab", "c", "", "d"]);
  });

  it("shows the end of a long output", () => {
    assert.equal(tail("1\n2\n3\n", 2), "2\n3");
  });
});
