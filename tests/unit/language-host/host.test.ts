import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { writeExecutables } from "../../../local/language-host";

const repository = join(__dirname, "../../..");

/** A stand-in for `@pulumi/pulumi`, so that a program is nothing but the process that the host starts. */
function fakeSdk(directory: string): void {
  for (const command of ["run", "run-policy-pack", "run-plugin"]) {
    const folder = join(directory, "node_modules/@pulumi/pulumi/cmd", command);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "index.js"), "require(process.cwd() + '/program.js');");
  }
}

describe("the language host", function () {
  this.timeout(30_000);
  let directory: string;
  let host: ChildProcess;
  let client: LanguageRuntimeClient;
  let output = "";

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "payments-host-"));
    fakeSdk(directory);
    writeExecutables(join(directory, "bin"), { nodePath: process.execPath, repoRoot: repository });
    host = spawn(join(directory, "bin", "pulumi-language-nodejs"), ["127.0.0.1:9"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    host.stderr!.on("data", (data: Buffer) => (output += data.toString()));
    const port = await new Promise<string>((resolve) =>
      host.stdout!.on("data", (data: Buffer) => {
        output += data.toString();
        resolve(output.split("\n")[0]!);
      }),
    );
    client = new LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });

  after(() => {
    client.close();
    host.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  function run(program: string): Promise<language.RunResponse> {
    writeFileSync(join(directory, "program.js"), program);
    const info = new language.ProgramInfo().setProgramDirectory(directory).setEntryPoint(".");
    info.setOptions(Struct.fromJavaScript({ typescript: false }));
    const request = new language.RunRequest().setPwd(directory).setProject("p").setStack("s").setInfo(info);
    return new Promise((resolve, reject) =>
      client.run(request, (error, response) => (error ? reject(error) : resolve(response))),
    );
  }

  it("passes the program's output on and says nothing of one that ends well", async () => {
    // Act
    const response = await run("console.log('from the program', process.argv.includes('--stack'))");

    // Assess
    assert.equal(response.getError(), "");
    assert.equal(response.getBail(), false);
    assert.match(output, /from the program true/);
  });

  it("reports a program that fails, but not what the program has already reported", async () => {
    assert.equal((await run("process.exit(7)")).getError(), "Program exited with non-zero exit code: 7");
    const bailed = await run("process.exit(32)");
    assert.deepEqual([bailed.getBail(), bailed.getError()], [true, ""]);
  });

  it("ends a running program when the engine cancels", async () => {
    // Prepare
    const running = run("setInterval(() => undefined, 1000)");
    await new Promise((resolve) => setTimeout(resolve, 500));

    // Act
    await new Promise((resolve) => client.cancel(new Empty(), resolve));

    // Assess
    assert.match((await running).getError(), /ended by SIGTERM/);
  });

  it("runs a policy pack and hands over its output and exit code", async () => {
    // Prepare
    writeFileSync(join(directory, "program.js"), "console.log('4321'); process.exitCode = 5");
    const info = new language.ProgramInfo().setProgramDirectory(directory);
    const request = new language.RunPluginRequest().setPwd(directory).setKind("analyzer").setInfo(info);

    // Act
    const parts = await new Promise<{ out: string; code: number }>((resolve, reject) => {
      const found = { out: "", code: -1 };
      client
        .runPlugin(request)
        .on("data", (part: language.RunPluginResponse) => {
          found.out += Buffer.from(part.getStdout_asU8()).toString();
          found.code = part.hasExitcode() ? part.getExitcode() : found.code;
        })
        .on("error", reject)
        .on("end", () => resolve(found));
    });

    // Assess
    assert.deepEqual(parts, { out: "4321\n", code: 5 });
  });

  it("ends with the process that started it, and its program with it", async () => {
    // Prepare: a parent that starts a host and is then killed, as an engine may be.
    const parent = spawn("/bin/sh", [
      "-c",
      `'${join(directory, "bin", "pulumi-language-nodejs")}' 127.0.0.1:9 & echo $!; wait`,
    ]);
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once("data", (data: Buffer) => resolve(Number(data.toString().split("\n")[0]))),
    );
    await new Promise((resolve) => parent.stdout.once("data", resolve));

    // Act
    parent.kill("SIGKILL");

    // Assess
    const deadline = Date.now() + 10_000;
    const isRunning = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    while (isRunning() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(isRunning(), false);
  });
});

describe("the executables for the engine", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "payments-bin-"))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it("are both written for an engine built from source", () => {
    writeExecutables(join(directory, "bin"), { nodePath: process.execPath, repoRoot: repository });
    assert.deepEqual(readdirSync(join(directory, "bin")).sort(), [
      "pulumi-language-nodejs",
      "pulumi-resource-aws",
    ]);
  });

  it("are the provider only, beside a pulumi that brings its own language host", () => {
    // Prepare
    const distribution = join(directory, "pulumi");
    mkdirSync(distribution);
    writeFileSync(join(distribution, "pulumi-language-nodejs"), "");
    chmodSync(join(distribution, "pulumi-language-nodejs"), 0o755);
    symlinkSync("pulumi-language-nodejs", join(distribution, "pulumi"));

    // Act
    const options = {
      nodePath: process.execPath,
      repoRoot: repository,
      pulumiPath: `/nowhere:${distribution}`,
    };
    const written = writeExecutables(join(directory, "bin"), options);

    // Assess
    assert.deepEqual(written, ["pulumi-resource-aws"]);
  });
});
