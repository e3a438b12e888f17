import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "js-yaml";
import type { PaymentsConfig } from "./config";

/** What only a running embedded cloud knows; everything else of stack `local` is committed. */
export type EmbeddedValues = Pick<
  PaymentsConfig,
  "accountId" | "secrets" | "certificates" | "domain" | "psp"
> & {
  /** https address of the embedded cloud. */
  readonly endpoint: string;
};

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
  const own = Object.entries({ ...values, ...overrides }).map(
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
