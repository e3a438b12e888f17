import * as fs from "node:fs";
import * as path from "node:path";
import { CREATE_ONLY_FILE, isCreateOnlyStale, renderCreateOnly } from "./createOnly";
import { generate, GENERATED_FILE, isStale } from "./generate";

const USAGE = `usage: codegen [--check]
  (no flag)  write what is generated from cfn/*.yaml: components/generated/templates.ts and local/emulator/create_only.json
  --check    write nothing; exit 1 when a file is stale`;

/** Every file that is generated from the templates. */
const FILES = [
  { file: GENERATED_FILE, isStale: () => isStale(), text: () => generate() },
  { file: CREATE_ONLY_FILE, isStale: () => isCreateOnlyStale(), text: () => renderCreateOnly() },
] as const;

/** @returns the exit code: 0 done or fresh, 1 stale, 2 wrong use */
async function main(args: readonly string[]): Promise<number> {
  const isCheck = args.length === 1 && args[0] === "--check";
  if (args.length > 0 && !isCheck) {
    console.error(USAGE);
    return 2;
  }
  let code = 0;
  for (const { file, isStale: isFileStale, text } of FILES) {
    const shown = path.relative(process.cwd(), file);
    if (!(await isFileStale())) {
      if (!isCheck) console.log(`${shown} is up to date`);
    } else if (isCheck) {
      console.error(`${shown} is stale: run "npm run codegen" and commit the result`);
      code = 1;
    } else {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, await text());
      console.log(`${shown} written`);
    }
  }
  return code;
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
