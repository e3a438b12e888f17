import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { at, isMapping, loadTemplates, mutated, resources, text, type Templates } from "./templates";

const FUNCTIONS = path.resolve(__dirname, "../../../functions");
/** Read by libraries, or by nobody (`CONFIGURATION_HASH` only has to change); not by the function's own code. */
const NOT_ITS_OWN = /^(POWERTOOLS_|LOG_LEVEL$|CONFIGURATION_HASH$)/;
/** Have a default that is right everywhere; a template need not give them. */
const OPTIONAL = new Set(["DATABASE_POOL_SIZE"]);

/** A value that every rule of a variable and every library takes while a function's module loads. */
function anyValue(name: string): unknown {
  if (name.endsWith("_URL")) return "https://stand-in.example";
  if (name.endsWith("_SECONDS") || name === "DATABASE_PORT" || name === "DATABASE_POOL_SIZE") return 1;
  if (name === "PROVISIONED_CONCURRENCY") return 0;
  if (name === "PLACE") return "primary";
  if (name === "REGION_CODE") return "apse1";
  if (/(ARNS|HOSTS)$/.test(name)) return [];
  return "stand-in";
}

/** The variables that a function asks for when it starts. */
function variablesOf(folder: string): Set<string> {
  const asked = new Set<string>();
  const file = require.resolve(path.join(FUNCTIONS, "shared/environment"));
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require lets a module be put in another's place
  const original = require(file) as Record<string, unknown>;
  const cached = require.cache[file];
  assert.ok(cached);
  const loaded = Object.keys(require.cache).filter((name) => name.startsWith(FUNCTIONS) && name !== file);
  for (const name of loaded) delete require.cache[name];
  cached.exports = {
    ...original,
    readEnvironment: (names: readonly string[]) => {
      for (const name of names) asked.add(name);
      return Object.fromEntries(names.map((name) => [name, anyValue(name)]));
    },
  };
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
    require(path.join(FUNCTIONS, folder, "index"));
  } finally {
    cached.exports = original;
  }
  return asked;
}

/** What templates give to a function of this folder; undefined when there is no such function. */
function givenTo(folder: string, templates: Templates): string[] | undefined {
  const found = resources(templates, "AWS::Lambda::Function").find(
    ({ properties }) =>
      text(properties["FunctionName"]) === `function-${folder}-\${RegionCode}-\${EnvironmentSuffix}`,
  );
  const variables = at(found?.properties["Environment"], "Variables");
  return isMapping(variables)
    ? Object.keys(variables).filter((name) => !NOT_ITS_OWN.test(name))
    : undefined;
}

function problemsOf(folder: string, asked: ReadonlySet<string>, templates: Templates): string[] {
  const given = givenTo(folder, templates);
  if (given === undefined) return [`no template holds ${folder}`];
  const missing = [...asked].filter((name) => !given.includes(name) && !OPTIONAL.has(name));
  const idle = given.filter((name) => !asked.has(name));
  return [
    ...missing.map((name) => `${folder} asks for ${name}, which its template does not give`),
    ...idle.map((name) => `${folder} is given ${name}, which it does not ask for`),
  ];
}

describe("environments of the functions", function () {
  // The modules of all functions are loaded anew for each of them.
  this.timeout(60_000);
  const templates = loadTemplates();
  const folders = fs
    .readdirSync(FUNCTIONS)
    .filter((name) => !["domain", "shared", "migrations"].includes(name))
    .filter((name) => fs.existsSync(path.join(FUNCTIONS, name, "index.ts")));

  before(() => {
    // Powertools and the SDK want to know where they run.
    process.env["AWS_REGION"] ??= "ap-southeast-1";
  });

  for (const folder of folders) {
    it(`are what ${folder} asks for, no more and no less`, () => {
      assert.deepEqual(problemsOf(folder, variablesOf(folder), templates), []);
    });
  }

  it("and a variable that is missing or idle is noticed", () => {
    const asked = variablesOf("status");
    const poorer = mutated(templates, "functions", (document) => {
      const variables = at(document, "Resources", "StatusFunction", "Properties", "Environment", "Variables");
      assert.ok(isMapping(variables));
      delete variables["LEASE_SECONDS"];
      variables["PSP_BASE_URL"] = "https://psp.example";
    });
    assert.deepEqual(problemsOf("status", asked, poorer), [
      "status asks for LEASE_SECONDS, which its template does not give",
      "status is given PSP_BASE_URL, which it does not ask for",
    ]);
  });
});
