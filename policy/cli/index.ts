import { readFileSync, writeFileSync } from "node:fs";
import { judge } from "../engine/judge";
import { endingSoon, suppressionsOf } from "../engine/suppressions";
import { htmlReport } from "../report/html";
import { jsonLines, jsonReport, rulesJson, rulesText } from "../report/json";
import { matrixDate, pciMatrix } from "../report/matrix";
import { sarifReport } from "../report/sarif";
import { textReport, textSummary } from "../report/text";
import { RULES } from "../rules/index";
import { USAGE, UsageError, parseArguments } from "./arguments";
import type { CheckRequest, MatrixRequest, SuppressionsRequest } from "./arguments";
import { readDeployments, readFiles, readParameters, readSettings, type Unreadable } from "./inputs";

/** Where the command writes; tests give their own. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export const EXIT_OK = 0;
export const EXIT_VIOLATION = 1;
export const EXIT_UNREADABLE = 2;

/** Runs the command line; returns the exit code. Nothing but the asked-for output goes to `out`. */
export function main(argv: readonly string[], streams: Streams): number {
  try {
    const request = parseArguments(argv);
    switch (request.command) {
      case "help":
        streams.out(USAGE);
        return EXIT_OK;
      case "rules":
        streams.out(request.format === "json" ? rulesJson(RULES) : rulesText(RULES));
        return EXIT_OK;
      case "check":
        return check(request, streams);
      case "suppressions":
        return suppressions(request, streams);
      case "matrix":
        return matrix(request, streams);
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    streams.err(`policy: ${error.message}\n\n${USAGE}`);
    return EXIT_UNREADABLE;
  }
}

function parametersOf(request: {
  parameterFiles: readonly string[];
  parameters?: Readonly<Record<string, string>>;
}) {
  return Object.assign({}, ...request.parameterFiles.map(readParameters), request.parameters) as Record<
    string,
    unknown
  >;
}

function reportUnreadable(unreadable: readonly Unreadable[], streams: Streams): void {
  for (const { file, reason } of unreadable) streams.err(`policy: ${file} could not be read: ${reason}\n`);
}

function check(request: CheckRequest, streams: Streams): number {
  const settings = readSettings(RULES, request.configuration, request.today);
  const { set, unreadable } =
    request.deployments === undefined
      ? readFiles(request.files, parametersOf(request))
      : readDeployments(request.deployments, parametersOf(request));
  reportUnreadable(unreadable, streams);
  for (const template of set.templates) {
    for (const { line, message } of template.warnings)
      streams.err(`policy: ${template.file}:${line}: ${message}\n`);
  }
  const rules = RULES.filter((rule) => request.packs.includes(rule.pack));
  const report = judge(rules, { set, settings });
  const entries = set.templates.flatMap((template) =>
    suppressionsOf(template, new Set(RULES.map((rule) => rule.id)), settings.today),
  );
  const evidence = { report, rules, settings, set, suppressions: entries };
  switch (request.format) {
    case "json":
      streams.out(jsonReport(evidence));
      break;
    case "jsonl":
      streams.out(jsonLines(report.findings));
      break;
    case "sarif":
      streams.out(sarifReport(evidence));
      break;
    case "html":
      streams.out(htmlReport(evidence));
      break;
    case "text":
      streams.out(textReport(evidence));
      streams.err(textSummary(evidence));
      break;
  }
  if (unreadable.length > 0) return EXIT_UNREADABLE;
  const violated = report.findings.some(
    (finding) => finding.result === "violation" && (request.strict || finding.enforcement === "mandatory"),
  );
  return violated ? EXIT_VIOLATION : EXIT_OK;
}

function suppressions(request: SuppressionsRequest, streams: Streams): number {
  const { today } = readSettings(RULES, undefined, request.today);
  const { set, unreadable } = readFiles(request.files, {});
  reportUnreadable(unreadable, streams);
  const ids = new Set(RULES.map((rule) => rule.id));
  const all = set.templates.flatMap((template) => suppressionsOf(template, ids, today));
  const ending = new Set(endingSoon(all, today));
  for (const entry of all) {
    const state = entry.defect !== "" ? entry.defect : ending.has(entry) ? "ends soon" : "valid";
    const where = `${entry.file}:${entry.line} ${entry.logicalId}`;
    streams.out(
      `${where}: ${entry.rule} until ${entry.expires || "?"} (${entry.owner || "no owner"}; ${state}): ${entry.reason}\n`,
    );
  }
  if (unreadable.length > 0) return EXIT_UNREADABLE;
  return all.some((entry) => entry.defect !== "" || ending.has(entry)) ? EXIT_VIOLATION : EXIT_OK;
}

/** The date in a matrix is that of its judgement; checking repeats it, so that no day makes it stale by itself. */
function matrix(request: MatrixRequest, streams: Streams): number {
  const current = currentText(request.output);
  const date = request.today ?? (request.check ? matrixDate(current) : undefined);
  const settings = readSettings(RULES, undefined, date);
  const { set, unreadable } = readDeployments(request.deployments, {});
  reportUnreadable(unreadable, streams);
  if (unreadable.length > 0) return EXIT_UNREADABLE;
  const text = pciMatrix(RULES, judge(RULES, { set, settings }), settings.today);
  if (!request.check) {
    writeFileSync(request.output, text);
    return EXIT_OK;
  }
  if (current === text) return EXIT_OK;
  streams.err(`policy: ${request.output} is stale; run the matrix command without --check\n`);
  return EXIT_VIOLATION;
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
