import * as fs from "node:fs";
import * as path from "node:path";
import * as esbuild from "esbuild";

/** One file of the static pages, ready for upload. */
export interface Page {
  /** Path in the bucket, which is the path of the address. */
  readonly key: string;
  readonly content: string;
  readonly contentType: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** TypeScript becomes a script of the same name; everything else is served as it is. */
function pageOf(folder: string, file: string): Page {
  const source = fs.readFileSync(path.join(folder, file), "utf8");
  const isTypeScript = file.endsWith(".ts");
  const key = isTypeScript ? file.replace(/\.ts$/, ".js") : file;
  const contentType = CONTENT_TYPES[path.extname(key)];
  if (contentType === undefined) throw new Error(`pages/${file}: no content type is known for this file`);
  const content = isTypeScript
    ? esbuild.transformSync(source, { loader: "ts", target: "es2022", sourcefile: file }).code
    : source;
  return { key, content, contentType };
}

/**
 * The files of a folder under pages/. The same sources give the same bytes on every machine.
 * @throws Error when a file's kind is unknown or its script does not build
 */
export function buildPages(folder: string): Page[] {
  return fs
    .readdirSync(folder)
    .sort()
    .map((file) => pageOf(folder, file));
}
