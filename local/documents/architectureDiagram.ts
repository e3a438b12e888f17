import type { Wiring } from "./wiring";

type Arrows = Map<string, Set<string>>;

function addTo(arrows: Arrows, from: string, to: string): void {
  arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
}

/** Whether `to` is reached from `from` by two arrows or more. */
function isImplied(arrows: Arrows, from: string, to: string): boolean {
  const reached = new Set<string>();
  const next = [...(arrows.get(from) ?? [])].filter((each) => each !== to);
  for (let node = next.pop(); node !== undefined; node = next.pop()) {
    if (node === to) return true;
    if (reached.has(node)) continue;
    reached.add(node);
    next.push(...(arrows.get(node) ?? []));
  }
  return false;
}

/**
 * The stacks as a Mermaid flowchart, one box for each template. A solid arrow is taken within a Region, and left out
 * when others imply it; a dashed one crosses Regions, and each is shown.
 */
export function architectureDiagram({ stacks, edges }: Wiring): string {
  const placesOf = new Map<string, Set<string>>();
  for (const { template, place } of stacks) addTo(placesOf, template, place);
  const isOnce = (template: string) => placesOf.get(template)?.size === 1;
  const within: Arrows = new Map();
  const across: Arrows = new Map();
  for (const { from, to } of edges) {
    // What is there once serves both Regions: that its user stands elsewhere says nothing.
    const crosses = from.place !== to.place && !isOnce(from.template) && !isOnce(to.template);
    addTo(crosses ? across : within, from.template, to.template);
  }
  const templates = [...placesOf.keys()];
  const box = (template: string) => `    ${template}`;
  const once = (place: string) =>
    templates.filter((template) => isOnce(template) && placesOf.get(template)?.has(place) === true);
  const group = (id: string, title: string, members: readonly string[]) =>
    members.length === 0 ? [] : [`  subgraph ${id} ["${title}"]`, ...members.map(box), "  end"];
  const lines = [
    "flowchart TB",
    ...group("primary", "once, in the primary", once("primary")),
    ...group(
      "both",
      "in each Region",
      templates.filter((template) => !isOnce(template)),
    ),
    ...group("dr", "once, from dr", once("dr")),
    ...arrowsOf(within, (from, to) => (isImplied(within, from, to) ? undefined : `  ${from} --> ${to}`)),
    ...arrowsOf(across, (from, to) => `  ${from} -. "other Region" .-> ${to}`),
  ];
  return `\`\`\`mermaid\n${lines.join("\n")}\n\`\`\``;
}

function arrowsOf(arrows: Arrows, draw: (from: string, to: string) => string | undefined): string[] {
  return [...arrows].flatMap(([from, targets]) =>
    [...targets].flatMap((to) => {
      const line = draw(from, to);
      return line === undefined ? [] : [line];
    }),
  );
}
