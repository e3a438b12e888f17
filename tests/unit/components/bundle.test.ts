import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { unzipSync } from "fflate";
import { buildBundles, functionNames } from "../../../components/bundle";

describe("function bundles", () => {
  let folder: string;

  /** A source tree with one function, one shared folder and one folder that only looks like a function. */
  function writeSources(name: string, greeting = "hello"): string {
    const functions = path.join(folder, name, "functions");
    for (const directory of ["intake", "query", "shared", "domain"]) {
      fs.mkdirSync(path.join(functions, directory), { recursive: true });
    }
    fs.writeFileSync(
      path.join(functions, "intake/index.ts"),
      `import { greet } from "../shared/greet";\n/** Entry. */\nexport const handler = async (): Promise<string> => greet("${greeting}");\n`,
    );
    fs.writeFileSync(
      path.join(functions, "query/index.ts"),
      "export async function handler() { return 1; }\n",
    );
    fs.writeFileSync(
      path.join(functions, "shared/greet.ts"),
      "export class GreetingError extends Error {}\nexport function greet(text: string): string {\n  if (!text) throw new GreetingError();\n  return text;\n}\n",
    );
    fs.writeFileSync(path.join(functions, "domain/index.ts"), 'export { greet } from "../shared/greet";\n');
    return functions;
  }

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "bundle-"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("are made of folders with a handler only", () => {
    assert.deepEqual(functionNames(writeSources("a")), ["intake", "query"]);
  });

  it("are the same bytes wherever, whenever and in whatever time zone they are built", () => {
    // Prepare
    const zone = process.env["TZ"];
    const [one, two] = [writeSources("one"), writeSources("deeper/two")];

    // Act
    process.env["TZ"] = "Pacific/Auckland";
    const first = buildBundles(one, path.join(folder, "out1"));
    process.env["TZ"] = "America/Los_Angeles";
    const second = buildBundles(two, path.join(folder, "out2"));
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;

    // Assess
    assert.deepEqual(
      first.map(({ key, sha256Base64 }) => [key, sha256Base64]),
      second.map(({ key, sha256Base64 }) => [key, sha256Base64]),
    );
  });

  it("are named by the hash of the zip that is uploaded", () => {
    const [intake] = buildBundles(writeSources("a"), path.join(folder, "out"));
    assert.ok(intake);
    const digest = createHash("sha256").update(fs.readFileSync(intake.file)).digest();
    assert.equal(intake.key, `functions/intake/${digest.toString("hex")}.zip`);
    assert.equal(intake.sha256Base64, digest.toString("base64"));
    assert.equal(intake.sizeBytes, fs.statSync(intake.file).size);
  });

  it("change key with their code, and only theirs", () => {
    const [intake, query] = buildBundles(writeSources("a"), path.join(folder, "out"));
    const [changed, same] = buildBundles(writeSources("b", "good day"), path.join(folder, "out"));
    assert.notEqual(intake?.key, changed?.key);
    assert.equal(query?.key, same?.key);
  });

  it("run: one minified file that exports the handler and keeps the names of errors", async () => {
    const [intake] = buildBundles(writeSources("a"), path.join(folder, "out"));
    assert.ok(intake);
    const files = unzipSync(fs.readFileSync(intake.file));
    assert.deepEqual(Object.keys(files), ["index.js"]);
    const code = Buffer.from(files["index.js"] ?? []).toString("utf8");
    assert.match(code, /GreetingError/);
    assert.doesNotMatch(code, /Entry|\n.*\n.*\n/);
    const unpacked = path.join(folder, "index.js");
    fs.writeFileSync(unpacked, code);
    const { handler } = (await import(unpacked)) as { handler: () => Promise<string> };
    assert.equal(await handler(), "hello");
  });

  it("fail with file and line when the code does not build", () => {
    const functions = writeSources("a");
    fs.writeFileSync(path.join(functions, "query/index.ts"), "\nexport const handler = (;\n");
    assert.throws(() => buildBundles(functions, path.join(folder, "out")), /query\/index\.ts:2:/);
  });
});
