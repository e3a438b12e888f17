import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as esbuild from "esbuild";
import { zipSync } from "fflate";

/** The code of one function, ready for upload. */
export interface Bundle {
  /** Folder under functions/. */
  readonly name: string;
  /** Zip file on this disk, relative to the program. Its name is its hash. */
  readonly file: string;
  /** `functions/<name>/<sha256>.zip`: other content, other key. */
  readonly key: string;
  /** Base64, the form of `AWS::Lambda::Version`'s CodeSha256. */
  readonly sha256Base64: string;
  readonly sizeBytes: number;
}

/** Lambda's limit for an unpacked package, in bytes. Source: Lambda quotas, "Deployment package (.zip) size". */
const UNPACKED_LIMIT_BYTES = 250 * 1024 * 1024;

/**
 * Earliest date that a zip can hold. In local time on purpose: a zip has no zone and fflate writes local fields, so
 * the bytes are the same in every zone.
 */
function fixedTime(): Date {
  return new Date(1980, 0, 1, 0, 0, 0);
}

/** Folders under `functionsFolder` that are functions: those with an index.ts that exports a handler. */
export function functionNames(functionsFolder: string): string[] {
  return fs
    .readdirSync(functionsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isFunction(path.join(functionsFolder, entry.name, "index.ts")))
    .map((entry) => entry.name)
    .sort();
}

/** Shared folders may have an index.ts as well; only a handler makes a function. */
function isFunction(entryFile: string): boolean {
  if (!fs.existsSync(entryFile)) return false;
  return /export\s+(?:(?:async\s+)?function\s+handler\b|(?:const|let)\s+handler\b|\{[^}]*\bhandler\b[^}]*\})/.test(
    fs.readFileSync(entryFile, "utf8"),
  );
}

/** Options that decide the bytes. No path of this machine gets in: no source maps, no comments. */
function buildOptions(functionsFolder: string, names: readonly string[]): esbuild.BuildOptions {
  return {
    absWorkingDir: path.dirname(functionsFolder),
    entryPoints: names.map((name) => ({ in: path.join(functionsFolder, name, "index.ts"), out: name })),
    outdir: path.join(functionsFolder, "out"),
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    // Error classes are told apart by name in logs and in Step Functions.
    keepNames: true,
    legalComments: "none",
    sourcemap: false,
    // Optional native accelerator of pg, never installed here.
    external: ["pg-native"],
    write: false,
    logLevel: "silent",
  };
}

function zipOf(code: Uint8Array): Uint8Array {
  return zipSync({
    "index.js": [code, { mtime: fixedTime(), os: 3, attrs: (0o100644 << 16) >>> 0, level: 9 }],
  });
}

function bundleOf(name: string, code: Uint8Array, outputFolder: string): Bundle {
  if (code.byteLength > UNPACKED_LIMIT_BYTES) {
    throw new Error(
      `function ${name}: ${code.byteLength} bytes of code, Lambda takes ${UNPACKED_LIMIT_BYTES}`,
    );
  }
  const zip = zipOf(code);
  const digest = createHash("sha256").update(zip).digest();
  const hash = digest.toString("hex");
  const file = path.join(outputFolder, name, `${hash}.zip`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (!fs.existsSync(file)) {
    // Two programs may build at once: the name appears only when the content is whole.
    const draft = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(draft, zip);
    fs.renameSync(draft, file);
  }
  const key = `functions/${name}/${hash}.zip`;
  return {
    name,
    file: path.relative(process.cwd(), file),
    key,
    sha256Base64: digest.toString("base64"),
    sizeBytes: zip.byteLength,
  };
}

/**
 * Builds one minified bundle for each function folder. The same sources give the same bytes on every machine, so an
 * unchanged function is no change in a preview.
 * @param functionsFolder absolute path of functions/
 * @param outputFolder absolute path under which `<name>/<sha256>.zip` is written
 * @throws Error with esbuild's messages (file, line) when the code does not build
 */
export function buildBundles(functionsFolder: string, outputFolder: string): Bundle[] {
  const names = functionNames(functionsFolder);
  if (names.length === 0) return [];
  const result = esbuild.buildSync(buildOptions(functionsFolder, names));
  return names.map((name) => {
    const output = result.outputFiles?.find((file) => path.basename(file.path) === `${name}.js`);
    if (!output) throw new Error(`function ${name}: esbuild gave no output`);
    return bundleOf(name, output.contents, outputFolder);
  });
}
