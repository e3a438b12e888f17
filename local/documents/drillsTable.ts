import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { drillReport, type DrillReport } from "../drill/report/report";
import { markdownTable } from "./markdownTable";

/** A recorded report, with the name of its files. */
export interface RecordedDrill {
  readonly name: string;
  readonly report: DrillReport;
}

/** Every report of a folder, by name. @throws ZodError when one is not a report */
export function recordedDrills(folder: string): RecordedDrill[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({
      name: file.replace(/\.json$/, ""),
      report: drillReport.parse(JSON.parse(readFileSync(join(folder, file), "utf8"))),
    }));
}

const HEAD = [
  "Drill",
  "Verdict",
  "RTO s",
  "RPO s",
  "Pause s",
  "Paid",
  "Lost",
  "Charged twice",
  "Split-brain",
];

/** One line for each recorded drill. Seconds are AWS's. */
export function drillsTable(drills: readonly RecordedDrill[]): string {
  const rows = drills.map(({ name, report }) => [
    `[${name}](./${name}.html)`,
    report.verdict,
    ...[report.rtoSeconds, report.rpoSeconds, report.writePauseSeconds].map((each) =>
      each === null ? "–" : String(Math.round(each)),
    ),
    ...[report.acknowledged, report.lost.length, report.doubleCharges.length, report.splitBrainWrites].map(
      String,
    ),
  ]);
  const aligned = HEAD.map((_, index) => (index < 2 ? "---" : "---:"));
  return markdownTable(HEAD, aligned, rows);
}
