import * as fs from "node:fs";
import * as path from "node:path";
import { generate, GENERATED_FILE, isStale } from "./generate";

const USAGE = `usage: codegen [--check]
  (no flag)  write components/generated/templates.ts from cfn/*.yaml
  --check    write nothing; exit 1 when the file is stale`;

/** @returns the exit code: 0 done or fresh, 1 stale, 2 wrong use */
async function main(args: readonly string[]): Promise<number> {
  const shown = path.relative(process.cwd(), GENERATED_FILE);
  if (args.length === 0) {
    if (!(await isStale())) {
      console.log(`${shown} is up to date`);
      return 0;
    }
    fs.mkdirSync(path.dirname(GENERATED_FILE), { recursive: true });
    fs.writeFileSync(GENERATED_FILE, await generate());
    console.log(`${shown} written`);
    return 0;
  }
  if (args.length === 1 && args[0] === "--check") {
    if (!(await isStale())) return 0;
    console.error(`${shown} is stale: run "npm run codegen" and commit the result`);
    return 1;
  }
  console.error(USAGE);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
