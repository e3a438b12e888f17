import * as fs from "node:fs";
import * as path from "node:path";
import {
  ACTIONS,
  altersAnything,
  sortedChanges,
  type ChangeAction,
  type ResourceChange,
  type StackPreview,
} from "./changes";
import type { Verdict } from "./guard";

/** A stack's preview with what the guard makes of it. */
export interface JudgedPreview {
  readonly preview: StackPreview;
  readonly verdicts: readonly Verdict[];
}

const SIGNS: Readonly<Record<ChangeAction, string>> = {
  add: "+",
  modify: "~",
  mayReplace: "±?",
  replace: "±",
  remove: "-",
};

const WORDS: Readonly<Record<ChangeAction, string>> = {
  add: "added",
  modify: "modified",
  mayReplace: "perhaps replaced",
  replace: "replaced",
  remove: "removed",
};

/** Changes that a text lists one by one; of a larger stack the rest is counted. Those that cannot be undone come first. */
const LISTED = 60;
/** Comments on a pull request have at most 65,536 characters; the rest of the comment needs some of them. */
const MARKDOWN_LIMIT = 60_000;

/** `1 replaced, 3 modified (2 already live)`. */
export function summaryOf(changes: readonly ResourceChange[]): string {
  if (changes.length === 0) return "no resource changes";
  const counts = ACTIONS.flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${count} ${WORDS[action]}`];
  });
  const live = changes.filter((change) => change.live === true).length;
  return counts.join(", ") + (live === 0 ? "" : ` (${live} already live)`);
}

function headlineOf({ stackName, region, operation, source, changes }: StackPreview): string {
  const verb = {
    create: "new stack",
    update: "update",
    replace: "stack replaced",
    remove: "stack removed",
  }[operation];
  return `${stackName} (${region}), ${verb}: ${summaryOf(changes)} [${source}]`;
}

function tailOf({ live, kept }: ResourceChange): string {
  return [
    ...(live === true ? ["already live: the failover has set it"] : []),
    ...(kept === undefined ? [] : [kept === "retained" ? "the old one is retained" : "a snapshot stays"]),
  ]
    .map((text) => ` [${text}]`)
    .join("");
}

/** One stack for a person at a terminal. */
export function previewText({ preview, verdicts }: JudgedPreview): string {
  const { changes, notes, operation } = preview;
  // Of a new stack everything is added; a list of it says nothing.
  const listed = operation === "create" ? [] : sortedChanges(changes).slice(0, LISTED);
  const left = operation === "create" ? 0 : changes.length - listed.length;
  const lines = listed.flatMap((change) => [
    `  ${SIGNS[change.action].padEnd(2)} ${change.logicalId}  ${change.type}${tailOf(change)}`,
    ...change.reasons.map((reason) => `       ${reason}`),
  ]);
  return [
    headlineOf(preview),
    ...notes.map((note) => `  note: ${note}`),
    ...lines,
    ...(left > 0 ? [`  and ${left} more`] : []),
    ...verdicts.map(
      ({ outcome, change, explanation }) => `  ${outcome.toUpperCase()} ${change.logicalId}: ${explanation}`,
    ),
  ].join("\n");
}

/** Text in a table's cell: nothing in it may end the cell, start markup or mention anybody. */
function cell(text: string): string {
  return text
    .replace(/[\r\n]+/g, " ")
    .replace(/[\\`*_{}[\]<>()#+!|~]/g, "\\$&")
    .replaceAll("@", "@\u200b");
}

function stackMarkdown({ preview, verdicts }: JudgedPreview): string {
  const { stackName, region, source, changes, notes, operation } = preview;
  const rows =
    operation === "create"
      ? []
      : sortedChanges(changes).map(
          (change) =>
            `| ${WORDS[change.action]}${tailOf(change)} | \`${change.logicalId}\` | ${change.type} | ${change.reasons.map(cell).join("<br>")} |`,
        );
  return [
    `<details${verdicts.some(({ outcome }) => outcome === "refused") ? " open" : ""}><summary><b>${stackName}</b> (${region}): ${summaryOf(changes)}, ${source}</summary>\n`,
    ...verdicts.map(
      ({ outcome, change, explanation }) => `- **${outcome}** \`${change.logicalId}\`: ${cell(explanation)}`,
    ),
    ...notes.map((note) => `- ${cell(note)}`),
    ...(rows.length === 0
      ? []
      : ["", "| Change | Resource | Type | Why |", "| --- | --- | --- | --- |", ...rows]),
    "\n</details>",
  ].join("\n");
}

/** All stacks for a pull request, those with refusals first. Never longer than a comment may be. */
export function previewMarkdown(previews: readonly JudgedPreview[]): string {
  const refusals = ({ verdicts }: JudgedPreview) =>
    verdicts.filter(({ outcome }) => outcome === "refused").length;
  const sorted = [...previews].sort(
    (a, b) => refusals(b) - refusals(a) || (a.preview.stackName < b.preview.stackName ? -1 : 1),
  );
  const refused = sorted.reduce((sum, each) => sum + refusals(each), 0);
  const head = [
    "## Changes of resources",
    "",
    sorted.length === 0
      ? "No stack changes."
      : `${sorted.length} ${sorted.length === 1 ? "stack changes" : "stacks change"}; ` +
        (refused === 0
          ? "no stateful resource is replaced or removed without leave."
          : `**${refused} stateful ${refused === 1 ? "resource" : "resources"} would be replaced or removed: refused.**`),
    ...(sorted.length > 0 && !sorted.some(({ preview }) => altersAnything(preview))
      ? ["Everything shown is already live: a failover has set it, and the update alters nothing that runs."]
      : []),
    "",
  ].join("\n");
  let text = head;
  for (const [index, each] of sorted.entries()) {
    const section = `${stackMarkdown(each)}\n`;
    if (text.length + section.length > MARKDOWN_LIMIT) {
      return `${text}\n${sorted.length - index} more stacks: see the log of the preview.\n`;
    }
    text += section;
  }
  return text;
}

/** Collects the previews of one run and keeps the Markdown file up to date after each, whole or not at all. */
export class PreviewReport {
  readonly #previews = new Map<string, JudgedPreview>();

  /** @param file where the Markdown goes; none is written without */
  constructor(readonly file: string | undefined) {
    this.#write();
  }

  add(judged: JudgedPreview): void {
    this.#previews.set(judged.preview.stackName, judged);
    this.#write();
  }

  get previews(): readonly JudgedPreview[] {
    return [...this.#previews.values()];
  }

  #write(): void {
    if (this.file === undefined || this.file === "") return;
    fs.mkdirSync(path.dirname(path.resolve(this.file)), { recursive: true });
    const draft = `${this.file}.${process.pid}.tmp`;
    fs.writeFileSync(draft, previewMarkdown(this.previews));
    fs.renameSync(draft, this.file);
  }
}
