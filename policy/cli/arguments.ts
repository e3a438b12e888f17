/** What the command line asks for. */
export interface CheckRequest {
  readonly command: "check";
  readonly format: Format;
  readonly files: readonly string[];
  /** Values given as `k=v`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Files of parameter values. */
  readonly parameterFiles: readonly string[];
  readonly configuration: string | undefined;
  /** A file that says which templates are deployed where, in place of files. */
  readonly deployments: string | undefined;
  readonly packs: readonly ("pci" | "dr")[];
  readonly today: string | undefined;
  readonly strict: boolean;
}

export interface RulesRequest {
  readonly command: "rules";
  readonly format: "text" | "json";
}

export interface SuppressionsRequest {
  readonly command: "suppressions";
  readonly files: readonly string[];
  readonly today: string | undefined;
}

export interface MatrixRequest {
  readonly command: "matrix";
  readonly deployments: string;
  readonly check: boolean;
  readonly output: string;
  readonly today: string | undefined;
}

export type Request =
  CheckRequest | RulesRequest | SuppressionsRequest | MatrixRequest | { readonly command: "help" };

export const FORMATS = ["text", "json", "jsonl", "sarif", "html"] as const;
export type Format = (typeof FORMATS)[number];

/** A command line that cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `Usage:
  policy check [--format text|json|jsonl|sarif|html] [--parameters FILE|k=v]… [--config FILE]
               [--pack pci|dr]… [--today YYYY-MM-DD] [--strict] FILES… | --deployments FILE
  policy rules [--format text|json]
  policy suppressions [--today YYYY-MM-DD] FILES…     warns 30 days before one ends
  policy matrix [--check] [--output FILE] [--deployments FILE] [--today YYYY-MM-DD]

All files of one run are judged together: a bucket's policy may stand in another file.
Exit codes: 2 a file could not be read (the others are still judged) or the command was wrong;
else 1 a mandatory rule is violated (with --strict: any rule); else 0.
`;

/**
 * Reads the arguments behind the program's name.
 * @throws UsageError when they make no request.
 */
export function parseArguments(argv: readonly string[]): Request {
  const [command, ...rest] = argv;
  if (command === undefined || command === "help" || command === "--help" || command === "-h")
    return { command: "help" };
  const options = new Options(rest);
  if (options.has("help")) return { command: "help" };
  switch (command) {
    case "check":
      return checkRequest(options);
    case "rules": {
      const format = options.value("format") ?? "text";
      if (format !== "text" && format !== "json") throw new UsageError(`rules has no format "${format}"`);
      options.finish();
      return { command, format };
    }
    case "suppressions": {
      const request = { command, files: options.files, today: options.value("today") } as const;
      options.finish();
      return request;
    }
    case "matrix": {
      const request = {
        command,
        deployments: options.value("deployments") ?? "policy/deployments.yaml",
        check: options.has("check"),
        output: options.value("output") ?? "docs/pci-matrix.md",
        today: options.value("today"),
      } as const;
      options.finish();
      return request;
    }
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}

function checkRequest(options: Options): CheckRequest {
  const format = options.value("format") ?? "text";
  if (!(FORMATS as readonly string[]).includes(format)) {
    throw new UsageError(`there is no format "${format}"; choose one of ${FORMATS.join(", ")}`);
  }
  const packs = options.values("pack");
  const unknown = packs.find((pack) => pack !== "pci" && pack !== "dr" && pack !== "all");
  if (unknown !== undefined) throw new UsageError(`there is no pack "${unknown}"`);
  const given = options.values("parameters");
  const pairs = given.filter((text) => /^[A-Za-z0-9:]+=/.test(text));
  const request: CheckRequest = {
    command: "check",
    format: format as Format,
    files: options.files,
    parameters: Object.fromEntries(
      pairs.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
    ),
    parameterFiles: given.filter((text) => !pairs.includes(text)),
    configuration: options.value("config"),
    deployments: options.value("deployments"),
    packs: packs.length === 0 || packs.includes("all") ? ["pci", "dr"] : (packs as ("pci" | "dr")[]),
    today: options.value("today"),
    strict: options.has("strict"),
  };
  options.finish();
  if (request.files.length === 0 && request.deployments === undefined)
    throw new UsageError("check needs at least one file, or --deployments");
  return request;
}

const WITH_VALUE = new Set(["deployments", "format", "parameters", "config", "pack", "today", "output"]);
const WITHOUT_VALUE = new Set(["strict", "check", "help"]);

/** Options by name (`--name value`, `--name=value`) and the files between them. */
class Options {
  readonly files: string[] = [];
  readonly #values = new Map<string, string[]>();
  readonly #asked = new Set<string>();

  constructor(argv: readonly string[]) {
    let onlyFiles = false;
    for (let index = 0; index < argv.length; index += 1) {
      const argument = argv[index] ?? "";
      if (onlyFiles || !argument.startsWith("--")) this.files.push(argument);
      else if (argument === "--") onlyFiles = true;
      else index += this.#add(argument.slice(2), argv[index + 1]);
    }
  }

  /** Returns 1 when the following argument was the option's value. */
  #add(option: string, following: string | undefined): number {
    const equals = option.indexOf("=");
    const name = equals < 0 ? option : option.slice(0, equals);
    if (WITHOUT_VALUE.has(name)) {
      this.#push(name, "");
      return 0;
    }
    if (!WITH_VALUE.has(name)) throw new UsageError(`there is no option "--${name}"`);
    if (equals >= 0) {
      this.#push(name, option.slice(equals + 1));
      return 0;
    }
    if (following === undefined) throw new UsageError(`--${name} needs a value`);
    this.#push(name, following);
    return 1;
  }

  #push(name: string, value: string): void {
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }

  has(name: string): boolean {
    this.#asked.add(name);
    return this.#values.has(name);
  }

  values(name: string): string[] {
    this.#asked.add(name);
    return this.#values.get(name) ?? [];
  }

  value(name: string): string | undefined {
    return this.values(name).at(-1);
  }

  /** @throws UsageError for an option that the command does not know. */
  finish(): void {
    const foreign = [...this.#values.keys()].find((name) => !this.#asked.has(name));
    if (foreign !== undefined) throw new UsageError(`this command has no option "--${foreign}"`);
  }
}
