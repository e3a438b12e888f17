import * as fs from "node:fs";
import * as path from "node:path";
import { loadAwsServiceSpec } from "@aws-cdk/aws-service-spec";
import { loadTemplate } from "../template";
import { TEMPLATE_FOLDER } from "./generate";

/** What the embedded cloud's CloudFormation knows of the types in cfn/. */
export const CREATE_ONLY_FILE = path.resolve(__dirname, "../../local/emulator/create_only.json");

/** Properties of one type whose change replaces the resource, always or by circumstances. */
interface CreateOnly {
  readonly always: string[];
  readonly conditionally: string[];
}

/**
 * For every type in the templates of a folder, the properties that cannot change in place: from the resource types' schemas,
 * as the AWS CDK's database has them. A type that is not in there (a custom resource) is left out: all its properties can.
 */
export async function createOnlyProperties(
  folder: string = TEMPLATE_FOLDER,
): Promise<Record<string, CreateOnly>> {
  const database = await loadAwsServiceSpec();
  const types = new Set(
    fs
      .readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .flatMap((file) => [...loadTemplate(path.join(folder, file)).resourceTypes.values()]),
  );
  const found: Record<string, CreateOnly> = {};
  for (const type of [...types].sort()) {
    const [resource] = database.lookup("resource", "cloudFormationType", "equals", type);
    if (resource === undefined) continue;
    const which = (answer: string) =>
      Object.entries(resource.properties)
        .filter(([, { causesReplacement }]) => causesReplacement === answer)
        .map(([name]) => name)
        .sort();
    found[type] = { always: which("yes"), conditionally: which("maybe") };
  }
  return found;
}

/** Text of the file, one type a line. */
export async function renderCreateOnly(folder?: string): Promise<string> {
  const lines = Object.entries(await createOnlyProperties(folder)).map(
    ([type, properties]) => `  ${JSON.stringify(type)}: ${JSON.stringify(properties)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** True when the committed file is not what the templates' types give now. */
export async function isCreateOnlyStale(file: string = CREATE_ONLY_FILE): Promise<boolean> {
  const committed = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  return committed !== (await renderCreateOnly());
}
