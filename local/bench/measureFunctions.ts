import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { buildFunctions } from "../../components/LambdaBundles";
import { CommandError, runProgram, step, tail } from "../cli";
import { awsConfig, FlatOutputs, readEmbeddedCloud } from "../client";
import { median, rounded, type FunctionsResult } from "./further";
import { describeMachine, loadAverage } from "./machine";

/** New processes of each function. */
const RUNS = 5;
const TIMEOUT_MS = 30_000;

/** Loads the code and says how long it took; connections that the code opens must not keep the process. */
const LOADER = `
const start = performance.now();
if (typeof require(process.argv[1]).handler !== "function") throw new Error("there is no handler");
process.stdout.write(String(performance.now() - start), () => process.exit(0));`;

/** The size of each function's code, and how long a new process takes to initialise it with its deployed environment. */
export async function measureFunctions(signal: AbortSignal): Promise<FunctionsResult> {
  const before = loadAverage();
  const cloud = readEmbeddedCloud();
  const { suffix } = FlatOutputs.read();
  const lambda = new LambdaClient(awsConfig(cloud, "primary"));
  const folder = mkdtempSync(join(tmpdir(), "payments-bundles-"));
  const functions: FunctionsResult["functions"] = [];
  try {
    for (const { name, file, sizeBytes } of buildFunctions()) {
      const code = unzipSync(readFileSync(file));
      const own = join(folder, name);
      mkdirSync(own);
      for (const [path, bytes] of Object.entries(code)) writeFileSync(join(own, path), bytes);
      const { Environment } = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: `function-${name}-apse1-${suffix}` }),
      );
      const environment = { AWS_REGION: "ap-southeast-1", ...Environment?.Variables };
      const times = await step(name, () => startTimes(join(own, "index.js"), environment, signal));
      functions.push({
        name,
        zipBytes: sizeBytes,
        codeBytes: Object.values(code).reduce((sum, bytes) => sum + bytes.length, 0),
        initialisationMilliseconds: rounded(median(times.map(({ initialisation }) => initialisation))),
        processMilliseconds: rounded(median(times.map(({ whole }) => whole))),
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    recordedAt: new Date().toISOString(),
    machine: describeMachine(),
    loadAverage: before,
    runs: RUNS,
    functions,
  };
}

interface Times {
  readonly initialisation: number;
  readonly whole: number;
}

async function startTimes(
  file: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Times[]> {
  const times: Times[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    const { code, stdout, stderr } = await runProgram(process.execPath, ["-e", LOADER, file], {
      ...{ signal, timeoutMs: TIMEOUT_MS },
      env: { ...environment, PATH: process.env["PATH"] },
    });
    if (code !== 0) throw new CommandError(`${file} does not load: ${tail(stderr, 3)}`);
    times.push({ initialisation: Number(stdout), whole: performance.now() - started });
  }
  return times;
}
