import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { CommandError, runProgram, say, step, tail } from "../cli";
import { ensureTool, type Tool } from "./cache";

/** The engine's version; the same as that of the npm package @pulumi/pulumi. */
export const PULUMI_VERSION = "3.259.0";

const MODULE_FOLDER = join(__dirname, "engine");
const COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** Without it the engine thinks that it is a development version and warns about it. */
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const BUILD_FLAGS = ["-trimpath", "-ldflags", `-s -w -X ${VERSION_VARIABLE}=v${PULUMI_VERSION}`];

/** What the engine's go.mod asks for. */
const GO_MAJOR = 1;
const GO_MINOR = 26;

/** Sources, build cache and the binary together. */
const NEEDED_BYTES = 4 * 2 ** 30;
const BUILD_TIMEOUT_MS = 40 * 60_000;

export interface Engine {
  /** The `pulumi` program. */
  readonly path: string;
  /** Folder to put first on the PATH when we built it; undefined for a distribution that is on the PATH already. */
  readonly builtIn?: string;
}

/**
 * The Pulumi engine: the `pulumi` of the PATH when there is one, else one built from the Go module proxy.
 * @throws CommandError when neither is possible
 */
export async function ensureEngine(
  options: { environment?: NodeJS.ProcessEnv; cache?: string; signal?: AbortSignal } = {},
): Promise<Engine> {
  const onPath = findOnPath("pulumi", (options.environment ?? process.env)["PATH"]);
  if (onPath !== undefined) {
    const { code, stdout, stderr } = await runProgram(onPath, ["version"], {
      signal: options.signal,
      timeoutMs: 30_000,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    if (code === 0) {
      say(`Pulumi ${stdout.trim()} from the PATH: ${onPath}`);
      return { path: onPath };
    }
    say(`The pulumi on the PATH does not run (${tail(stderr, 1)}): one is built instead.`);
  }
  const folder = await ensureTool(engineTool(), options);
  return { path: join(folder, "pulumi"), builtIn: folder };
}

/** The engine as a tool of the cache. */
export function engineTool(): Tool {
  const inputs = createHash("sha256").update(VERSION_VARIABLE);
  for (const file of ["go.mod", "go.sum"]) {
    inputs.update(readFileSync(join(MODULE_FOLDER, file)));
  }
  const hash = inputs.digest("hex").slice(0, 12);
  return {
    id: `pulumi-${PULUMI_VERSION}-${process.platform}-${process.arch}-${hash}`,
    title: "Pulumi engine",
    neededBytes: NEEDED_BYTES,
    build: buildEngine,
    fingerprint: (folder) => sha256OfFile(join(folder, "pulumi")),
    async probe(folder, signal) {
      const { code, stdout, stderr } = await runProgram(join(folder, "pulumi"), ["version"], {
        signal,
        timeoutMs: 30_000,
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      });
      if (code !== 0 || stdout.trim() !== `v${PULUMI_VERSION}`) {
        throw new Error(`pulumi version answers ${stdout.trim() || tail(stderr, 2)}`);
      }
    },
  };
}

async function buildEngine(folder: string, signal?: AbortSignal): Promise<void> {
  await checkGo(signal);
  const source = join(folder, "source");
  await mkdir(source);
  for (const file of ["go.mod", "go.sum"]) {
    await copyFile(join(MODULE_FOLDER, file), join(source, file));
  }
  // Not `go mod download` first: that wants every module of the graph, also those that no package of the engine needs.
  const result = await step("Building the Pulumi engine (once; about four minutes on two cores)", () =>
    runProgram("go", ["build", ...BUILD_FLAGS, "-o", join(folder, "pulumi"), COMMAND], {
      cwd: source,
      signal,
      timeoutMs: BUILD_TIMEOUT_MS,
      // The toolchain that is installed, no C compiler, and nothing of a workspace around the cache.
      env: {
        ...process.env,
        GOTOOLCHAIN: "local",
        CGO_ENABLED: "0",
        GOWORK: "off",
        GOFLAGS: "-buildvcs=false",
      },
    }),
  );
  if (result.code !== 0) {
    throw new CommandError(`The Pulumi engine was not built: go build failed.\n${tail(result.stderr)}`);
  }
  await rm(source, { recursive: true });
}

async function checkGo(signal?: AbortSignal): Promise<void> {
  const wanted = `Go ${GO_MAJOR}.${GO_MINOR} or newer`;
  const advice = `Install ${wanted} (or the Pulumi CLI, which then needs no build) and run the command again.`;
  const result = await runProgram("go", ["env", "GOVERSION"], {
    signal,
    env: { ...process.env, GOTOOLCHAIN: "local" },
  }).catch(() => {
    signal?.throwIfAborted();
    throw new CommandError(`There is no pulumi and no go on the PATH. ${advice}`);
  });
  if (!isGoNewEnough(result.stdout)) {
    throw new CommandError(
      `Building the Pulumi engine needs ${wanted}; this is ${result.stdout.trim() || "unknown"}. ${advice}`,
    );
  }
}

/** Reads `go env GOVERSION`, e.g. `go1.26.8`. */
export function isGoNewEnough(version: string): boolean {
  const match = /^go(\d+)\.(\d+)/.exec(version.trim());
  if (match === null) {
    return false;
  }
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > GO_MAJOR || (major === GO_MAJOR && minor >= GO_MINOR);
}

/** The first executable of a name on a PATH. */
export function findOnPath(name: string, path = ""): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}
