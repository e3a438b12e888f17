import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** Beyond this, a second of AWS is shorter than an answer of this machine. */
export const MAX_CLOCK_FACTOR = 60;

const identity = z.object({ pid: z.number().int().positive(), startedAt: z.string() });
const url = (protocol: RegExp) => z.url({ protocol });

const cloudStateSchema = z.object({
  version: z.literal(1),
  /** The emulator's address. */
  endpoint: url(/^https$/),
  caFile: z.string(),
  /** Environment for AWS clients: SDKs, the CLI, Pulumi. */
  clientEnv: z.record(z.string(), z.string()),
  accountId: z.string().regex(/^\d{12}$/),
  psp: z.object({ url: url(/^https$/) }),
  /** Authoritative for the hosted zones, over UDP and TCP; it stands for Route 53 as the world reaches it. */
  dns: z.object({ address: z.ipv4(), port: z.number().int().min(1).max(65_535) }),
  /** AWS seconds that pass in one second of this machine. */
  clockFactor: z.number().min(1).max(MAX_CLOCK_FACTOR),
  postgres: z.object({ controlUrl: url(/^http$/) }),
  pids: z.object({ daemon: identity, emulator: identity }),
  /** Bearer token of the control API and of the emulator's `/_cloud/`. */
  cloudToken: z.string().min(32),
  startedAt: z.iso.datetime(),
});

/** What a running embedded cloud says about itself. */
export type CloudState = z.infer<typeof cloudStateSchema>;

const processesSchema = z.record(z.string(), identity);
export type CloudProcesses = z.infer<typeof processesSchema>;

/** Files in the embedded cloud's directory. */
export const cloudFiles = (directory: string) => ({
  /** Written last, so that whoever sees it may use the cloud. */
  cloud: join(directory, "cloud.json"),
  /** Written as each process is started, so that an interrupted start can be cleaned up. */
  processes: join(directory, "processes.json"),
  secrets: join(directory, "secrets.json"),
  passphrase: join(directory, "passphrase"),
  configuration: join(directory, "Pulumi.local.yaml"),
  pki: join(directory, "pki"),
  logs: join(directory, "logs"),
  /** Pulumi's file backend and home. */
  backend: join(directory, "pulumi"),
  home: join(directory, "pulumi-home"),
  project: join(directory, "pulumi-project"),
  executables: join(directory, "bin"),
  /** There while a deployment is under way, and after one that did not come to its end. */
  unsettled: join(directory, "deployment-unsettled"),
  psp: join(directory, "psp.jsonl"),
});

/** The state of the cloud in a directory; undefined when none is there or it is from another version. */
export function readCloudState(directory: string): CloudState | undefined {
  return readChecked(cloudFiles(directory).cloud, cloudStateSchema);
}

/** Written whole or not at all, and readable by its owner only: it holds the token. */
export function writeCloudState(directory: string, state: CloudState): void {
  writeWhole(cloudFiles(directory).cloud, cloudStateSchema.parse(state));
}

export function readProcesses(directory: string): CloudProcesses {
  return readChecked(cloudFiles(directory).processes, processesSchema) ?? {};
}

export function writeProcesses(directory: string, processes: CloudProcesses): void {
  writeWhole(cloudFiles(directory).processes, processes);
}

function writeWhole(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function readChecked<T>(file: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}
