import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "js-yaml";
import { AWS_TIMINGS } from "../functions/domain/failover";
import type { PaymentsConfig } from "./config";

/** What only a running embedded cloud knows; everything else of stack `local` is committed. */
export type EmbeddedValues = Pick<
  PaymentsConfig,
  "accountId" | "secrets" | "certificates" | "edge" | "domain" | "psp"
> & {
  /** https address of the embedded cloud. */
  readonly endpoint: string;
  /** AWS seconds in a second of this machine (`clockFactor` in cloud.json); absent = 1. */
  readonly clockFactor?: number | undefined;
};

/** Least of a timing, in seconds: what templates and configuration take. */
const LEAST_SECONDS = 0.1;

/**
 * The protocol's timings on a cloud whose clock runs faster: functions wait in wall time, everything else is scaled by
 * the cloud itself.
 * @param clockFactor AWS seconds in a second of this machine; 1 is real time
 * @throws RangeError when the factor is no positive number
 */
export function scaledProtocol(clockFactor: number): PaymentsConfig["protocol"] {
  if (!(clockFactor > 0) || !Number.isFinite(clockFactor)) {
    throw new RangeError(`the clock factor must be a positive number, not ${clockFactor}`);
  }
  const scaled = (seconds: number) =>
    Math.max(LEAST_SECONDS, Math.round((seconds / clockFactor) * 1_000) / 1_000);
  return {
    witnessTtlSeconds: scaled(AWS_TIMINGS.witnessTtlSeconds),
    witnessFreshSeconds: scaled(AWS_TIMINGS.witnessFreshSeconds),
    leaseSeconds: scaled(AWS_TIMINGS.leaseSeconds),
    takeoverWaitSeconds: scaled(AWS_TIMINGS.takeoverWaitSeconds),
  };
}

interface StackFile {
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

function readStackFile(file: string): StackFile {
  return (yaml.load(fs.readFileSync(file, "utf8")) as StackFile | undefined) ?? {};
}

/**
 * Writes the complete configuration file of stack `local`: the committed base plus the running cloud's values. Pass it
 * to every Pulumi command that reads configuration:
 *
 *     pulumi up --stack local --config-file <file>
 *
 * The committed Pulumi.local.yaml is never changed, so two clones and a test's own cloud do not disturb each other.
 * The salt of the stack's passphrase, which Pulumi keeps in this file, is kept from the file's earlier version.
 * @param baseFile the committed Pulumi.local.yaml
 * @param targetFile beside the embedded cloud's state, such as `.embedded-cloud/Pulumi.local.yaml`
 * @param overrides further keys (without `payments:`) that replace those of the base
 * @param salt value of `encryptionsalt` when Pulumi wrote it elsewhere (`pulumi stack init`)
 */
export function writeEmbeddedConfig(
  baseFile: string,
  targetFile: string,
  values: EmbeddedValues,
  overrides: Partial<PaymentsConfig> = {},
  salt?: string,
): void {
  const base = readStackFile(baseFile);
  const earlier = fs.existsSync(targetFile) ? readStackFile(targetFile) : {};
  const { clockFactor = 1, ...running } = values;
  const own = Object.entries({ ...running, protocol: scaledProtocol(clockFactor), ...overrides }).map(
    ([key, value]) => [`payments:${key}`, value] as const,
  );
  const encryptionsalt = salt ?? earlier.encryptionsalt ?? base.encryptionsalt;
  const complete: StackFile = {
    ...(encryptionsalt === undefined ? {} : { encryptionsalt }),
    config: { ...base.config, ...Object.fromEntries(own) },
  };
  fs.mkdirSync(path.dirname(targetFile), { recursive: true });
  const draft = `${targetFile}.${process.pid}.tmp`;
  fs.writeFileSync(draft, yaml.dump(complete, { lineWidth: -1, noRefs: true }));
  fs.renameSync(draft, targetFile);
}
