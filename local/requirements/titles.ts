import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";

/** A test, or a group of tests, that names requirements in its title. */
export interface NamingTest {
  /** Relative to the repository. */
  readonly file: string;
  /** As it stands in the source: placeholders stay `${…}`. */
  readonly title: string;
  readonly requirements: readonly string[];
}

const REQUIREMENT = /\bR([1-9]\d?)\b/g;

/** A text's requirements, each once. */
export function requirementsIn(title: string): string[] {
  return [...new Set([...title.matchAll(REQUIREMENT)].map(([id]) => id))];
}

function textOf(node: ts.Node | undefined, source: ts.SourceFile): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText(source).slice(1, -1) : undefined;
}

/** `describe("…")`, `it("…")`, and the rows `["…", check, mutations]` of `describeChecks`. */
function titlesOf(node: ts.CallExpression, source: ts.SourceFile): string[] {
  const name = node.expression.getText(source);
  if (/^(describe|it|specify)(\.only|\.skip)?$/.test(name)) {
    return [textOf(node.arguments[0], source) ?? ""];
  }
  if (name !== "describeChecks") return [];
  const rows = node.arguments[1];
  if (rows === undefined || !ts.isArrayLiteralExpression(rows)) return [];
  return rows.elements.map((row) =>
    ts.isArrayLiteralExpression(row) ? (textOf(row.elements[0], source) ?? "") : "",
  );
}

/** The tests of one source that name a requirement. A skipped test shows nothing and does not count. */
export function namingTests(file: string, text: string): NamingTest[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: NamingTest[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      if (node.expression.getText(source).endsWith(".skip")) return;
      for (const title of titlesOf(node, source)) {
        const requirements = requirementsIn(title);
        if (requirements.length > 0) found.push({ file, title, requirements });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Every test of the repository that names a requirement, in the order of the files. */
export function allNamingTests(repository: string): NamingTest[] {
  return readdirSync(join(repository, "tests"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join("tests", file))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(repository, file), "utf8");
      // Parsing every test takes seconds; most name none.
      return requirementsIn(text).length > 0 ? namingTests(file, text) : [];
    });
}
