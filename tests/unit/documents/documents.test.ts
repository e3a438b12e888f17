import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { generatedDocuments } from "../../../local/documents";
import { withSection } from "../../../local/documents/sections";
import { files, REPOSITORY, text } from "../support/repository";

const DOCUMENTS = files().filter((file) => file.endsWith(".md"));

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function withoutCode(document: string): string {
  return document.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
}

/** Relative links of a document that lead nowhere. */
function broken(file: string, document: string): string[] {
  return [...withoutCode(document).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^(https?|mailto):/.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    const found = path === "" ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(REPOSITORY, found))) return [`${file}: ${target}`];
    if (anchor === undefined || !found.endsWith(".md")) return [];
    const headings = [...text(found).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
    return headings.includes(anchor) ? [] : [`${file}: ${target}`];
  });
}

/** Scripts that a document tells to run. */
function scripts(document: string): string[] {
  return [...document.matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g)].map(([, script = ""]) => script);
}

describe("the documents", () => {
  it("lead somewhere with every relative link", () => {
    assert.ok(DOCUMENTS.length >= 20);
    assert.deepEqual(
      DOCUMENTS.flatMap((file) => broken(file, text(file))),
      [],
    );
    assert.deepEqual(
      broken("docs/x.md", "[a](nowhere.md) [b](runbook.md#nowhere) [c](runbook.md#failback)"),
      ["docs/x.md: nowhere.md", "docs/x.md: runbook.md#nowhere"],
    );
  });

  it("name only commands that exist", () => {
    const known = Object.keys(
      (JSON.parse(text("package.json")) as { scripts: Record<string, string> }).scripts,
    );
    const unknown = DOCUMENTS.flatMap((file) =>
      scripts(text(file))
        .filter((script) => !known.includes(script))
        .map((script) => `${file}: npm run ${script}`),
    );
    assert.deepEqual(unknown, []);
    assert.deepEqual(scripts("`npm run -s nothing` and npm run up."), ["nothing", "up"]);
  });

  it("say of every command when to run it", () => {
    const { scripts: known } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    const guide = text("README.md") + text("CONTRIBUTING.md");
    const unsaid = Object.keys(known).filter((name) => !scripts(guide).includes(name) && name !== "test");
    assert.deepEqual(unsaid, []);
  });

  it("satisfies R54: cover deployment and recovery from prerequisites to the end", () => {
    const wanted = {
      "docs/deployment.md": ["prerequisites", "quotas", "state", "first-deployment", "upgrades", "destroy"],
      "docs/runbook.md": [
        "from-the-page-to-done",
        "failover-or-wait",
        "failback",
        "double-failure",
        "after-action",
      ],
      "docs/drill-guide.md": ["what-to-rehearse-and-how-often", "on-aws"],
    };
    for (const [file, sections] of Object.entries(wanted)) {
      const headings = [...text(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
      assert.deepEqual(
        sections.filter((section) => !headings.includes(section)),
        [],
        file,
      );
    }
  });

  it("list every decision", () => {
    const pages = files("docs/adr").filter((file) => !file.endsWith("README.md"));
    for (const page of pages)
      assert.ok(text("docs", "adr", "README.md").includes(page.replace("docs/adr/", "")), page);
  });
});

describe("the generated documents", () => {
  for (const { file, content } of generatedDocuments(REPOSITORY)) {
    it(`are as they are generated now: ${file}`, () => {
      assert.equal(text(file), content, "run `npm run -s documents`");
    });
  }

  it("are put between their two comments, and nowhere else", () => {
    const document =
      "before <!-- generated: a --> old <!-- end --> after <!-- generated: b --> old <!-- end -->";
    assert.equal(
      withSection(document, "a", "new"),
      "before <!-- generated: a -->\n\nnew\n\n<!-- end --> after <!-- generated: b --> old <!-- end -->",
    );
    assert.throws(() => withSection(document, "c", "new"), /no section/);
  });
});

describe("the README's table of dependencies", () => {
  const table = text("README.md").split("## Dependencies")[1] ?? "";
  const rows = [...table.matchAll(/^\| (.+?) \| (.+?) \|$/gm)].slice(2);

  const matches = (pattern: string, name: string) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

  it("has a row with a reason for each, and none for what is not there", () => {
    const { dependencies, devDependencies } = JSON.parse(text("package.json")) as Record<
      string,
      Record<string, string>
    >;
    const installed = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !name.startsWith("@types/"),
    );
    const fromNpm = rows
      .filter(([, names = ""]) => !/\((PyPI|Go)\)/.test(names))
      .flatMap(([, names = ""]) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
    assert.deepEqual(
      installed.filter((name) => !fromNpm.some((pattern) => matches(pattern, name))),
      [],
    );
    assert.deepEqual(
      fromNpm.filter((pattern) => !installed.some((name) => matches(pattern, name))),
      [],
    );
    assert.ok(rows.every(([, , reason = ""]) => reason.length > 5));
  });

  it("names the Python packages that are pinned", () => {
    const pinned =
      text("local", "toolchain", "requirements.txt") + text("local", "contract", "requirements.txt");
    const python = rows
      .filter(([, names = ""]) => names.includes("(PyPI)"))
      .flatMap(([, names = ""]) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
    assert.ok(python.length >= 4);
    for (const name of python) assert.match(pinned, new RegExp(`^${name}==`, "m"), name);
  });
});
