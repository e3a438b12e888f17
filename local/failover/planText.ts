import { BUDGET_LIMITS, type BudgetPart, type FailoverBudget } from "../../components/failover/budget";

const NUMBER_WIDTH = 9;

function row(width: number, name: string, bound: string, typical: string, more = ""): string {
  return `${name.padEnd(width)}${bound.padStart(NUMBER_WIDTH)}${typical.padStart(NUMBER_WIDTH)}  ${more}`.trimEnd();
}

/** Seconds to one place: some typical times are parts of a second. */
function seconds(value: number): string {
  return `${Math.round(value * 10) / 10} s`;
}

function nameOf({ name, step }: BudgetPart): string {
  return `  ${step === undefined ? "" : `${step}: `}${name}`;
}

function sumRow(what: string, sum: number, limit: number): string {
  const verdict = sum <= limit ? "within" : "OVER";
  return `  ${what} ${sum} s (${(sum / 60).toFixed(1)} min), ${verdict} the limit of ${limit / 60} min`;
}

/** The plan of a failover: its steps, the bound and the typical time of each with their sources, and the sums. */
export function planText({ parts, afterwards, boundSeconds, typicalSeconds }: FailoverBudget): string {
  const title = "From the fault to the tenth payment in a row (AWS seconds)";
  const width = Math.max(title.length, ...[...parts, ...afterwards].map((part) => nameOf(part).length));
  const rows = (some: readonly BudgetPart[]) =>
    some.map((part) =>
      row(width, nameOf(part), seconds(part.boundSeconds), seconds(part.typicalSeconds), part.source),
    );
  return [
    row(width, title, "bound", "typical", "source"),
    ...rows(parts),
    row(width, "  sum: RTO", seconds(boundSeconds), seconds(typicalSeconds)),
    "",
    row(width, "Afterwards, while payments are taken again", "bound", "typical", "source"),
    ...rows(afterwards),
    "",
    "RTO",
    sumRow("bound  ", boundSeconds, BUDGET_LIMITS.boundSeconds),
    sumRow("typical", typicalSeconds, BUDGET_LIMITS.typicalSeconds),
    "With --approval, the time until the approval comes on top (at most 20 min, then the operation ends).",
    "A switchover needs neither detection nor confirmation, and it waits 30 s instead of the old lease.",
  ].join("\n");
}
