/** How a column stands: text to the left, figures to the right. */
export type Alignment = "---" | "---:";

/** A table as GitHub's Markdown has it. */
export function markdownTable(
  head: readonly string[],
  aligned: readonly Alignment[],
  rows: readonly (readonly (string | number)[])[],
): string {
  return [head, aligned, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
