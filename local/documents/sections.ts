/** A part of a document that is generated, between two comments that no reader sees. */
export function withSection(document: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, "<!-- end -->"];
  const start = document.indexOf(begin);
  const stop = document.indexOf(end, start);
  if (start < 0 || stop < 0) throw new Error(`there is no section "${name}"`);
  return `${document.slice(0, start + begin.length)}\n\n${content}\n\n${document.slice(stop)}`;
}
