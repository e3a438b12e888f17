import * as z from "zod";

const milliseconds = z.number().positive();

const latency = z.strictObject({
  count: z.int().min(1),
  p50: milliseconds,
  p99: milliseconds,
  max: milliseconds,
  perSecond: z.number().positive(),
});

/** Work beside the benchmark in the minute before it, in busy cores: figures of a machine that others use are worth less. */
const loadAverage = z.number().min(0);

const machine = z.strictObject({
  cpuModel: z.string(),
  cores: z.int().min(1),
  memoryGiB: z.int().min(1),
  platform: z.string(),
  node: z.string(),
});

/** Payments at rising load beside bare inserts into the same PostgreSQL, step by step in the same run. */
export const loadResult = z.strictObject({
  recordedAt: z.iso.datetime(),
  machine,
  loadAverage,
  steps: z
    .array(
      z.strictObject({
        parallel: z.int().min(1),
        payments: latency,
        /** One transaction of two inserts over a connection of its own, as a pgbench script would do it. */
        bareInserts: latency,
        /** Median of a payment over the median of the bare inserts. */
        medianRatio: z.number().positive(),
      }),
    )
    .min(3),
});

/** The functions' code: its size, and how long a new process takes until the handler is there. */
export const functionsResult = z.strictObject({
  recordedAt: z.iso.datetime(),
  machine,
  loadAverage,
  runs: z.int().min(1),
  functions: z.array(
    z.strictObject({
      name: z.string(),
      zipBytes: z.int().min(1),
      codeBytes: z.int().min(1),
      /** Medians over the runs. */
      initialisationMilliseconds: milliseconds,
      processMilliseconds: milliseconds,
    }),
  ),
});

const seconds = z.array(z.number().positive()).min(1);

/** Pulumi over the templates beside plain CloudFormation calls, on the same emulator in the same run; seconds of each run. */
export const deploymentResult = z.strictObject({
  recordedAt: z.iso.datetime(),
  machine,
  loadAverage,
  clockFactor: z.number().min(1),
  stacks: z.int().min(1),
  /** `pulumi preview` of the deployed program, nothing to change. */
  previewSeconds: seconds,
  /** `pulumi up` of the deployed program, nothing to change. */
  idleUpSeconds: seconds,
  /** `pulumi up` into an empty account. */
  upSeconds: seconds,
  /** CreateStack for the same templates and parameters, one after another in an order that works, each awaited. */
  plainSeconds: seconds,
});

export type LoadResult = z.output<typeof loadResult>;
export type FunctionsResult = z.output<typeof functionsResult>;
export type DeploymentResult = z.output<typeof deploymentResult>;

/** The middle value, or the mean of the two in the middle. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  if (low === undefined || high === undefined) throw new RangeError("there is no value");
  return (low + high) / 2;
}

/** To one decimal. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
