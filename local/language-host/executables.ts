import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

export const LANGUAGE_HOST = "pulumi-language-nodejs";
export const AWS_PROVIDER = "pulumi-resource-aws";

/** The scripts behind the executables, from the repository's root. */
const SCRIPTS = {
  [LANGUAGE_HOST]: "local/language-host/main.ts",
  [AWS_PROVIDER]: "local/aws-provider/main.ts",
} as const;

export interface ExecutableOptions {
  /** The Node that runs them. */
  nodePath: string;
  repoRoot: string;
  /** The PATH on which a `pulumi` with a language host of its own may lie; leave out for an engine built from source. */
  pulumiPath?: string;
}

/**
 * Writes the executables by which the engine finds its plugins, into a folder that is to be first on the PATH **of the
 * Pulumi runs on the embedded cloud only**.
 *
 * The engine looks for a plugin in this order: one on the PATH ("ambient"; for a language host, beside the `pulumi`
 * binary too), then `$PULUMI_HOME/plugins`, then a download. So the provider's stand-in wins wherever this folder is on
 * the PATH, also over an installed official plugin, and a plain `pulumi up` never sees it. A distribution of Pulumi brings
 * `pulumi-language-nodejs` beside its binary: ours is then not written, so that the two always fit together.
 * @returns the names of what was written
 */
export function writeExecutables(binDir: string, options: ExecutableOptions): string[] {
  const { nodePath, repoRoot, pulumiPath } = options;
  const hasHost = (pulumiPath ?? "")
    .split(delimiter)
    .some((folder) => folder && existsSync(join(folder, LANGUAGE_HOST)));
  const names = hasHost ? ([AWS_PROVIDER] as const) : ([LANGUAGE_HOST, AWS_PROVIDER] as const);
  const loader = pathToFileURL(require.resolve("tsx", { paths: [repoRoot] })).href;
  mkdirSync(binDir, { recursive: true });
  for (const name of names) {
    const file = join(binDir, name);
    const words = [nodePath, "--import", loader, join(repoRoot, SCRIPTS[name])].map(shellQuoted).join(" ");
    // exec: the engine's signals must reach node itself, and node must see the engine as its parent.
    writeFileSync(file, `#!/bin/sh\nexec ${words} "$@"\n`);
    chmodSync(file, 0o755);
  }
  return [...names];
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
