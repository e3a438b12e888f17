import type { DrillReport } from "./report";
import { escaped, timelineSvg } from "./timeline";

const STYLE = `
  :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --soft: #59636e;
    --good: #2da44e; --moved: #0969da; --waiting: #d4a72c; --bad: #cf222e; --unknown: #afb8c1; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #3d444d; --soft: #9198a1; } }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1140px;
    margin: 2rem auto; padding: 0 1rem; }
  h1 { margin-bottom: 0; } h1 small { font-weight: normal; color: var(--soft); } h2 { margin-top: 2rem; }
  .verdict { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; color: #fff; background: var(--good); }
  .verdict.unexpected { background: var(--bad); }
  table { border-collapse: collapse; } td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top;
    border-bottom: 1px solid var(--line); } td.number { text-align: right; font-variant-numeric: tabular-nums; }
  svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; fill: var(--ink); }
  svg .good { fill: var(--good); } svg .moved { fill: var(--moved); } svg .waiting { fill: var(--waiting); }
  svg .bad { fill: var(--bad); } svg .unknown { fill: var(--unknown); } svg .inside { fill: #fff; }
  svg .title { text-anchor: end; } svg .write-primary { fill: var(--good); } svg .write-dr { fill: var(--moved); }
  svg .write-refused { fill: var(--waiting); } svg .write-failed { fill: var(--bad); }
  svg line.mark { stroke: var(--ink); stroke-dasharray: 3 3; } svg text.mark { font-weight: bold; }
  svg line.tick { stroke: var(--soft); } svg text.tick { fill: var(--soft); text-anchor: middle; }
  svg circle.step { fill: var(--ink); } .legend span { margin-right: 1.2rem; } .legend i { display: inline-block;
    width: .8rem; height: .8rem; margin-right: .3rem; }
`;

/** A page that a person can read, in one file that needs nothing else. */
export function reportHtml(report: DrillReport): string {
  const { scenario, title, verdict, seed, recordedAt, clockFactor, machine } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Drill ${escaped(scenario)}: ${verdict}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(scenario)} <small>drill on the embedded cloud</small></h1>
<p>${escaped(title)}</p>
<p><span class="verdict ${verdict === "unexpected" ? "unexpected" : ""}">${verdict}</span>
 ${escaped(recordedAt)}, seed ${seed}, ${machine.cores} cores, ${machine.memoryGiB} GiB. Clock factor ${clockFactor}: one second here
 stands for ${clockFactor} on AWS; seconds below are AWS seconds unless they say wall.</p>
${timelineSvg(report)}
<p class="legend">${LEGEND}</p>
<h2>Figures</h2>
${table(["", "AWS seconds", "wall seconds"], figures(report))}
<h2>Expected</h2>
${table(
  ["", "must be so", "instead"],
  report.checks.map(({ expectation, held, instead }) => [held ? "✓" : "✗", expectation, instead ?? ""]),
)}
<h2>Payments</h2>
${table([], counts(report))}
${lostTable(report)}
<h2>Steps</h2>
${table(
  ["since the beginning (AWS s)", "wall s", "step", "Region", "operation"],
  report.steps.map((each) => [
    each.sinceSeconds,
    each.sinceWallSeconds,
    each.step,
    each.place,
    each.operationId,
  ]),
)}
<h2>What happened</h2>
${table(
  ["at", ""],
  report.marks.map(({ at, text }) => [at.slice(11, 23), text]),
)}
<h2>What this cannot show</h2>
<ul>${report.limits.map((limit) => `<li>${escaped(limit)}</li>`).join("\n")}</ul>
</body>
</html>
`;
}

const LEGEND = [
  ["good", "accepted by primary"],
  ["moved", "accepted by dr"],
  ["waiting", "refused (503 and the like)"],
  ["bad", "no answer"],
]
  .map(([colour, text]) => `<span><i style="background: var(--${colour})"></i>${text}</span>`)
  .join("");

type Cell = string | number | null;

function figures(report: DrillReport): Cell[][] {
  return [
    ["fault to detection", report.detectionSeconds, report.detectionWallSeconds],
    ["RTO: fault to the tenth consecutive payment, alarm green", report.rtoSeconds, report.rtoWallSeconds],
    ["RPO: age of the oldest lost payment at the fault", report.rpoSeconds, report.rpoWallSeconds],
    ["longest pause between two payments", report.writePauseSeconds, report.writePauseWallSeconds],
    ["budget on AWS: sum of all bounds on the worst path", report.budgetOnAwsSeconds, null],
    ["the same with typical times", report.typicalOnAwsSeconds, null],
  ];
}

function counts(report: DrillReport): Cell[][] {
  return [
    ["requests", report.load.requests],
    ["acknowledged payments", report.acknowledged],
    ["surviving", report.surviving],
    ["lost", report.lost.length],
    ["duplicates", report.duplicates.length],
    ["charged twice", report.doubleCharges.length],
    ["charged without a payment", report.chargedWithoutPayment.length],
    ["open at the end", report.unsettled.length],
    ["settled by replay", report.replayed],
    ["split-brain writes", report.splitBrainWrites],
  ];
}

function lostTable({ lost }: DrillReport): string {
  if (lost.length === 0) return "";
  const rows = lost.map(({ paymentId, acknowledgedAt, charged, traceable, listed }) => [
    paymentId,
    acknowledgedAt,
    charged ? "charged" : "not charged",
    listed ? "listed" : traceable ? "NOT listed" : "no trace outside the lost Region",
  ]);
  return `<h3>Lost</h3>${table(["payment", "acknowledged", "at the PSP", "in the product's report"], rows)}`;
}

function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head =
    titles.length === 0 ? "" : `<tr>${titles.map((title) => `<th>${escaped(title)}</th>`).join("")}</tr>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return `<table>${head}${body}</table>`;
}

function cell(value: Cell): string {
  if (value === null) return '<td class="number">–</td>';
  return typeof value === "number" ? `<td class="number">${value}</td>` : `<td>${escaped(value)}</td>`;
}
