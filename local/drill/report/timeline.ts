import type { DrillReport } from "./report";

const WIDTH = 1100;
const LEFT = 130;
const LANE = 26;
const WRITES = 110;
const AXIS = 34;

/** Values that deserve a colour of their own; the others are drawn in grey. */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^(ACTIVE|OK|primary)/, "good"],
  [/^dr$/, "moved"],
  [/^(TAKING_OVER|STANDBY)/, "waiting"],
  [/^(FENCED|ALARM)/, "bad"],
];

interface Lane {
  readonly title: string;
  readonly changes: readonly { readonly at: string; readonly value: string }[];
}

/** The drill as a picture: writes in each second above, below them what was seen, on one axis of AWS seconds. */
export function timelineSvg(report: DrillReport): string {
  const start = Date.parse(report.startedAt);
  const end = Math.max(start + 1000, Date.parse(report.endedAt));
  const x = (at: number) => LEFT + ((at - start) / (end - start)) * (WIDTH - LEFT - 10);
  const lanes = lanesOf(report);
  const steps = stepLane(report);
  const top = 24 + WRITES + 16;
  const height = top + lanes.length * LANE + steps.length * 14 + AXIS + 14;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Timeline of the drill">`,
    writes(report, x, start),
    lanes.map((lane, index) => laneSvg(lane, top + index * LANE, x, end)).join(""),
    steps
      .map(({ at, text }, index) => marker(x(at), text, top + lanes.length * LANE + 12 + index * 14))
      .join(""),
    verticals(report, x, height),
    axis(report, x, start, end, height),
    "</svg>",
  ].join("\n");
}

function lanesOf({ observations }: DrillReport): Lane[] {
  const { roles, serviceAlarms, peerAlarms, dns, witness } = observations;
  return [
    { title: "role of primary", changes: roles.primary },
    { title: "role of dr", changes: roles.dr },
    { title: "DNS leads to", changes: dns },
    { title: "witness says", changes: witness },
    { title: "service of primary", changes: serviceAlarms.primary },
    { title: "service of dr", changes: serviceAlarms.dr },
    { title: "dr sees primary", changes: peerAlarms.dr },
  ];
}

function laneSvg({ title, changes }: Lane, y: number, x: (at: number) => number, end: number): string {
  const spans = changes.map(({ at, value }, index) => {
    const from = x(Date.parse(at));
    const to = x(changes[index + 1] === undefined ? end : Date.parse(changes[index + 1]!.at));
    const name = CLASSES.find(([pattern]) => pattern.test(value))?.[1] ?? "unknown";
    const width = Math.max(1, to - from);
    const text =
      width > value.length * 6 + 6
        ? `<text class="inside" x="${at0(from + 4)}" y="${y + 14}">${escaped(value)}</text>`
        : "";
    return (
      `<rect class="${name}" x="${at0(from)}" y="${y}" width="${at0(width)}" height="19">` +
      `<title>${escaped(`${title}: ${value} from ${at}`)}</title></rect>${text}`
    );
  });
  return `<text class="title" x="${LEFT - 8}" y="${y + 14}">${escaped(title)}</text>${spans.join("")}`;
}

const WRITE_KINDS = ["primary", "dr", "refused", "failed"] as const;

function writes(report: DrillReport, x: (at: number) => number, start: number): string {
  const highest = Math.max(1, ...report.writes.map((each) => sum(each)));
  const bars = report.writes.flatMap((each) => {
    const from = x(start + each.second * 1000);
    const width = Math.max(1, x(start + (each.second + 1) * 1000) - from - 0.5);
    let y = 24 + WRITES;
    return WRITE_KINDS.map((kind) => {
      const height = (each[kind] / highest) * WRITES;
      y -= height;
      return each[kind] === 0
        ? ""
        : `<rect class="write-${kind}" x="${at0(from)}" y="${at0(y)}" width="${at0(width)}" height="${at0(height)}">` +
            `<title>${each[kind]} ${kind}</title></rect>`;
    });
  });
  const titles = [`requests a second`, `(at most ${highest})`].map(
    (text, index) => `<text class="title" x="${LEFT - 8}" y="${40 + index * 14}">${text}</text>`,
  );
  return titles.join("") + bars.join("");
}

function sum({ primary, dr, refused, failed }: DrillReport["writes"][number]): number {
  return primary + dr + refused + failed;
}

function stepLane(report: DrillReport): { at: number; text: string }[] {
  return report.steps.map(({ at, step, place }) => ({ at: Date.parse(at), text: `${step} (${place})` }));
}

function marker(x: number, text: string, y: number): string {
  return `<circle class="step" cx="${at0(x)}" cy="${y - 4}" r="3"/><text class="step" x="${at0(x + 7)}" y="${y}">${escaped(text)}</text>`;
}

/** Upright lines where something decisive happened. */
function verticals(report: DrillReport, x: (at: number) => number, height: number): string {
  const lines: (readonly [string | null, string])[] = [
    [report.outageAt, "fault"],
    [report.detectedAt, "detected"],
    [report.recoveredAt, "recovered"],
    ...report.operatorActions.map(({ at, command }) => [at, command] as const),
  ];
  return lines
    .flatMap(([at, text]) => {
      if (at === null) return [];
      const place = at0(x(Date.parse(at)));
      return [
        `<line class="mark" x1="${place}" x2="${place}" y1="18" y2="${height - AXIS}"/>` +
          `<text class="mark" x="${place}" y="12">${escaped(text)}</text>`,
      ];
    })
    .join("");
}

function axis(
  report: DrillReport,
  x: (at: number) => number,
  start: number,
  end: number,
  height: number,
): string {
  const zero = Date.parse(report.outageAt ?? report.operatorActions[0]?.at ?? report.startedAt);
  const spanSeconds = ((end - start) / 1000) * report.clockFactor;
  const stepSeconds = [10, 30, 60, 120, 300, 600].find((each) => spanSeconds / each < 14) ?? 1200;
  const first = Math.ceil((((start - zero) / 1000) * report.clockFactor) / stepSeconds);
  const last = Math.floor((((end - zero) / 1000) * report.clockFactor) / stepSeconds);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const seconds = (first + index) * stepSeconds;
    const place = at0(x(zero + (seconds * 1000) / report.clockFactor));
    return (
      `<line class="tick" x1="${place}" x2="${place}" y1="${height - AXIS}" y2="${height - AXIS + 5}"/>` +
      `<text class="tick" x="${place}" y="${height - AXIS + 18}">${seconds} s</text>`
    );
  });
  return (
    `<line class="tick" x1="${LEFT}" x2="${WIDTH - 10}" y1="${height - AXIS}" y2="${height - AXIS}"/>` +
    ticks.join("")
  );
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function at0(value: number): string {
  return value.toFixed(1);
}
