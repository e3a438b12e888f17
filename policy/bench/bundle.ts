import { join } from "node:path";
import { buildSync } from "esbuild";

const ROOT = join(__dirname, "..", "..");
/** Where the bundled command line is put. */
export const BUNDLE = join(ROOT, "dist", "policy.cjs");

/** Bundles the command line into one file that plain Node 20 or newer runs. */
export function buildBundle(): void {
  buildSync({
    entryPoints: [join(ROOT, "policy", "cli", "bin.ts")],
    outfile: BUNDLE,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    legalComments: "none",
    banner: { js: "#!/usr/bin/env node" },
  });
}
