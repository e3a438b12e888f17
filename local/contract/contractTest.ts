import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { runProgram, tail } from "../cli";
import { EmbeddedNames, type EmbeddedCloud } from "../client";
import { CONTRACT, ensurePython } from "../toolchain";

/** What is fuzzed, and for how long. */
export interface ContractOptions {
  readonly cloud: EmbeddedCloud;
  /** The API's document. */
  readonly document: string;
  /** Address of the API, `https://host`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Requests of each operation that are made up, beside the examples and the document's corner cases. */
  readonly examples: number;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const report = z.object({
  complete: z.boolean(),
  operations: z.object({ selected: z.int(), tested: z.int() }),
  test_cases: z.object({ generated: z.int() }),
  failures: z.array(
    z.object({ code: z.string(), title: z.string(), count: z.int(), operations: z.array(z.string()) }),
  ),
  errors: z.array(z.unknown()),
});

/** What the fuzzing found. */
export interface ContractResult {
  readonly operations: number;
  readonly tested: number;
  readonly requests: number;
  /** Each: the check, how often, and where. */
  readonly failures: readonly string[];
  /** What it printed: every failure with a command that reproduces it. */
  readonly output: string;
}

/** Not the API Gateway's: the PSP's notifications arrive at the load balancer and need its signature. */
const EXCLUDED = ["/v1/notifications/psp"];

/**
 * What an answer must satisfy. Left out: `use_after_free` and the like (nothing is deleted here), and that invalid input is
 * refused with 4xx and valid input accepted, which our own tests hold where a schema cannot (card numbers, currencies).
 */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "missing_required_header",
  "ignored_auth",
];

/**
 * Fuzzes the running API from its document by schemathesis.
 * @throws CommandError when schemathesis does not install; Error when it ends without a report
 */
export async function contractTest(options: ContractOptions): Promise<ContractResult> {
  const { cloud, document, baseUrl, apiKey, examples, seed, timeoutMs, signal } = options;
  const python = await ensurePython({ environment: CONTRACT, signal });
  const folder = mkdtempSync(join(tmpdir(), "payments-contract-"));
  const { hostname } = new URL(baseUrl);
  const file = join(folder, "report.json");
  const authority = join(folder, "ca.pem");
  writeFileSync(authority, cloud.ca);
  const flags = [
    ...["--url", baseUrl],
    ...["--header", `Authorization: Bearer ${apiKey}`],
    ...["--tls-verify", authority],
    ...EXCLUDED.flatMap((path) => ["--exclude-path", path]),
    ...["--checks", CHECKS.join(",")],
    ...["--phases", "examples,coverage,fuzzing"],
    ...["--max-examples", String(examples), "--seed", String(seed), "--generation-database", "none"],
    // One at a time: parsing in two threads at once fails now and then in CPython 3.11 (SystemError, recursion depth).
    ...["--request-timeout", "30", "--workers", "1", "--no-color", "--continue-on-failure"],
    ...["--report", "json", "--report-json-path", file],
  ];
  try {
    const { code, stdout, stderr } = await runProgram(
      python,
      ["-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", document, ...flags],
      {
        ...{ cwd: folder, signal, timeoutMs },
        env: {
          ...process.env,
          PYTHONNOUSERSITE: "1",
          PYTHONPATH: __dirname,
          SCHEMATHESIS_HOOKS: "loopback",
          CONTRACT_HOST: hostname,
          CONTRACT_PORT: new URL(cloud.endpoint).port,
          CONTRACT_ADDRESS: await new EmbeddedNames(cloud).address(hostname),
        },
      },
    );
    const output = `${stdout}\n${stderr}`;
    const found = readReport(file);
    if (found === undefined)
      throw new Error(`schemathesis ended with exit code ${code}:\n${tail(output, 40)}`);
    const failures = found.failures.map(
      ({ code: check, title, count, operations }) => `${check} ${title}: ${count} × ${operations.join(", ")}`,
    );
    return {
      operations: found.operations.selected,
      tested: found.operations.tested,
      requests: found.test_cases.generated,
      failures: [
        ...failures,
        ...found.errors.map((error) => JSON.stringify(error)),
        ...(found.complete ? [] : ["it did not come to its end"]),
      ],
      output,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file: string): z.output<typeof report> | undefined {
  try {
    return report.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
