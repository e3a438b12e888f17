import { REGIONS, type Place } from "../../components/regions";
import { findingsOf, type DriftReport, type StackReport } from "./detectPlatformDrift";

/** Longest value that is quoted, in characters. */
const QUOTED = 80;

const quoted = (value: string) =>
  value.length > QUOTED ? `${value.slice(0, QUOTED)}…` : value || "(absent)";

/** The report for a person. */
export function driftText(report: DriftReport): string {
  const findings = findingsOf(report);
  return [
    ...(["primary", "dr"] as const).flatMap((place) => regionLines(place, report.stacks[place])),
    "",
    "Parity of the Regions (templates, code, parameters, quotas)",
    ...(report.parity.length === 0 ? ["  alike"] : []),
    ...report.parity.map(
      ({ kind, name, primary, dr }) => `  ${kind} ${name}: primary ${quoted(primary)}, dr ${quoted(dr)}`,
    ),
    ...report.notes.map((note) => `  note: ${note}`),
    ...(report.problems.length === 0
      ? []
      : ["", "Could not be told:", ...report.problems.map((each) => `  ${each}`)]),
    "",
    report.problems.length > 0
      ? "The detection is incomplete."
      : findings.length === 0
        ? "No drift: everything is as its template has it, and the Regions are alike."
        : `${findings.length} ${findings.length === 1 ? "difference" : "differences"}.`,
  ].join("\n");
}

function regionLines(place: Place, stacks: readonly StackReport[]): string[] {
  const sum = (pick: (stack: StackReport) => number) => stacks.reduce((total, each) => total + pick(each), 0);
  const checked = sum((stack) => stack.checked);
  const notChecked = sum((stack) => stack.notChecked);
  return [
    `${REGIONS[place].name} (${place}): ${stacks.length} stacks, ${checked} resources compared, ${notChecked} not comparable`,
    ...stacks.flatMap(({ stackName, drifted, explained }) => [
      ...drifted.flatMap(({ logicalId, type, status, properties }) => [
        `  ${status} ${stackName} ${logicalId} (${type})`,
        ...properties.map(
          ({ path, expected, actual }) => `    ${path}: ${quoted(expected)} → ${quoted(actual)}`,
        ),
      ]),
      ...explained.map(({ resource, reason }) => `  no drift: ${stackName} ${resource.logicalId}: ${reason}`),
    ]),
  ];
}
