import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const REPOSITORY = join(__dirname, "..", "..", "..");

/** What is made, fetched or not ours; beside it everything is part of the repository, also in a copy that git does not know. */
const NOT_KEPT =
  /^(node_modules|dist|coverage|cfn-outputs|__pycache__|\.venv|\.git|\.embedded-cloud.*|\.\w+_cache)$/;

/** The text of a file of the repository. */
export function text(...parts: string[]): string {
  return readFileSync(join(REPOSITORY, ...parts), "utf8");
}

/** All files below a folder, relative to the repository, sorted. */
export function files(folder = "."): string[] {
  return readdirSync(join(REPOSITORY, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_KEPT.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return files(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}
