import {
  median,
  rounded,
  type DeploymentResult,
  type FunctionsResult,
  type LoadResult,
} from "../bench/further";
import type { BenchResult } from "../bench/result";
import { markdownTable } from "./markdownTable";

/** The recorded runs; one that was never recorded is absent. */
export interface Recorded {
  readonly payments: BenchResult;
  readonly load?: LoadResult;
  readonly functions?: FunctionsResult;
  readonly deployment?: DeploymentResult;
}

type Cell = string | number;

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const aligned = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return markdownTable(head, aligned, rows);
}

interface Origin {
  readonly recordedAt: string;
  readonly machine: BenchResult["machine"];
  readonly loadAverage?: number;
}

function origin({ recordedAt, machine, loadAverage }: Origin): string {
  const { cpuModel, cores, memoryGiB, platform, node } = machine;
  const beside = loadAverage === undefined ? "" : ` Load average in the minute before: ${loadAverage}.`;
  return `Recorded ${recordedAt.slice(0, 10)} on ${cores} cores (${cpuModel}), ${memoryGiB} GiB, ${platform}, Node ${node.replace("v", "")}.${beside}`;
}

const row = (name: string, { count, p50, p99, max, perSecond }: BenchResult["payments"]): Cell[] => [
  name,
  ...[count, p50, p99, max, perSecond],
];

function paymentsPart(result: BenchResult): string[] {
  return [
    "## Payments",
    `\`npm run bench -- --check\` after a fresh \`npm run up\`, ${result.parallel} requests at once. ${origin(result)}`,
    table(
      ["Milliseconds", "count", "p50", "p99", "max", "per second"],
      [
        row("the first requests, nothing warm", result.cold),
        row("`POST /v1/payments`", result.payments),
        row("a bare function with two inserts, same gateway", result.bareFunction),
      ],
    ),
    `A payment takes ${result.medianRatio} times as long as the bare function (medians). It is authenticated, validated, written in one transaction of key, payment, ledger and outbox, ` +
      `written to the session and sent to the queue before the answer; on these two cores the functions that process it run beside.`,
  ];
}

function loadPart(result: LoadResult): string[] {
  return [
    "## Rising load",
    `\`npm run bench -- load\`: payments beside one transaction of two inserts over open connections to the same PostgreSQL, as a pgbench script would do it, in the same run. ${origin(result)}`,
    table(
      [
        "At once",
        "p50 ms",
        "p99 ms",
        "payments/s",
        "inserts p50 ms",
        "inserts p99 ms",
        "transactions/s",
        "ratio of medians",
      ],
      result.steps.map(({ parallel, payments, bareInserts, medianRatio }) => [
        ...[parallel, payments.p50, payments.p99, payments.perSecond],
        ...[bareInserts.p50, bareInserts.p99, bareInserts.perSecond, medianRatio],
      ]),
    ),
  ];
}

function functionsPart(result: FunctionsResult): string[] {
  return [
    "## Functions",
    `\`npm run bench -- functions\`: code as it is uploaded, and the time from a new process to its handler with the deployed environment; medians of ${result.runs} processes each. On AWS the start of the environment comes on top. ${origin(result)}`,
    table(
      ["Function", "zip KB", "code KB", "initialisation ms", "whole process ms"],
      result.functions.map(
        ({ name, zipBytes, codeBytes, initialisationMilliseconds, processMilliseconds }) => [
          ...[name, rounded(zipBytes / 1024), rounded(codeBytes / 1024)],
          ...[initialisationMilliseconds, processMilliseconds],
        ],
      ),
    ),
  ];
}

function deploymentPart(result: DeploymentResult): string[] {
  const { stacks, previewSeconds, idleUpSeconds, upSeconds, plainSeconds, clockFactor } = result;
  const plain = median(plainSeconds);
  const line = (name: string, runs: readonly number[]): Cell[] => [
    name,
    runs.length,
    median(runs),
    rounded(median(runs) / plain),
  ];
  return [
    "## Deployment",
    `\`npm run bench -- deployment\`: ${stacks} stacks of both Regions on one emulator, in the same run; its clock runs ${clockFactor} times as fast as AWS's. ${origin(result)}`,
    table(
      ["Seconds", "runs", "median", "to plain calls"],
      [
        line("CreateStack for each template, one after another", plainSeconds),
        line("`pulumi up` into an empty account", upSeconds),
        line("`pulumi preview`, nothing to change", previewSeconds),
        line("`pulumi up`, nothing to change", idleUpSeconds),
      ],
    ),
    "The plain calls know all parameters beforehand and upload code that is built already; Pulumi finds the order, builds the code, and runs in parallel what does not depend on each other.",
  ];
}

/** The recorded benchmarks as one document. */
export function benchDocument({ payments, load, functions, deployment }: Recorded): string {
  const parts = [
    "# Measured",
    "On the embedded cloud, where emulator, databases, functions and the client share one machine: ratios say more than figures. Generated from the recorded runs in this folder by `npm run -s documents`.",
    ...paymentsPart(payments),
    ...(load === undefined ? [] : loadPart(load)),
    ...(functions === undefined ? [] : functionsPart(functions)),
    ...(deployment === undefined ? [] : deploymentPart(deployment)),
  ];
  return `${parts.join("\n\n")}\n`;
}
