import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { assetKind, type Properties } from "../properties";

/** Archives must not differ from run to run by the time they are made: the ZIP format's own first day. */
const FIXED_TIME = new Date(1980, 0, 1);

/**
 * The bytes of an object, from `source`, `content` or `contentBase64`. Relative paths are relative to the program, whose
 * folder is the working directory that the engine gives its plugins.
 */
export function contentOf(inputs: Properties): Uint8Array {
  if (typeof inputs.contentBase64 === "string") {
    return Buffer.from(inputs.contentBase64, "base64");
  }
  if (assetKind(inputs.source) === "asset") {
    return assetBytes(inputs.source as Properties);
  }
  if (assetKind(inputs.source) === "archive") {
    return archiveBytes(inputs.source as Properties);
  }
  return Buffer.from(typeof inputs.content === "string" ? inputs.content : "", "utf8");
}

/** Assets are the same when their content is; the engine gives each its hash. */
export function assetIdentity(value: unknown): unknown {
  const asset = value as Properties;
  return asset.hash ?? value;
}

function assetBytes(asset: Properties): Uint8Array {
  if (typeof asset.text === "string" && asset.text !== "") {
    return Buffer.from(asset.text, "utf8");
  }
  return readFileSync(localPath(asset));
}

function archiveBytes(archive: Properties): Uint8Array {
  if (archive.assets !== undefined) {
    return zip(membersOf(archive.assets as Properties));
  }
  const path = localPath(archive);
  return statSync(path).isDirectory() ? zip(folderMembers(path)) : readFileSync(path);
}

/** @throws Error for an asset that is neither here nor a text */
function localPath(asset: Properties): string {
  if (typeof asset.path === "string" && asset.path !== "") {
    return resolve(asset.path);
  }
  if (typeof asset.uri === "string" && asset.uri.startsWith("file://")) {
    return fileURLToPath(asset.uri);
  }
  throw new Error("assets must be files or texts: the embedded cloud's provider downloads nothing");
}

function membersOf(assets: Properties, prefix = ""): Map<string, Uint8Array> {
  const members = new Map<string, Uint8Array>();
  for (const [name, value] of Object.entries(assets)) {
    const asset = value as Properties;
    if (assetKind(asset) === "asset") {
      members.set(prefix + name, assetBytes(asset));
    } else if (asset.assets !== undefined) {
      membersOf(asset.assets as Properties, `${prefix}${name}/`).forEach((bytes, inner) =>
        members.set(inner, bytes),
      );
    } else {
      folderMembers(localPath(asset)).forEach((bytes, inner) =>
        members.set(`${prefix}${name}/${inner}`, bytes),
      );
    }
  }
  return members;
}

function folderMembers(folder: string): Map<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path)];
    }),
  );
}

function zip(members: Map<string, Uint8Array>): Uint8Array {
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { mtime: FIXED_TIME });
}
