import * as fs from "node:fs";
import * as path from "node:path";
import * as prettier from "prettier";
import { loadTemplate } from "../template";
import { renderModule } from "./render";

const ROOT = path.resolve(__dirname, "../..");

/** Where the templates stand. */
export const TEMPLATE_FOLDER = path.join(ROOT, "cfn");

/** The committed module with the types of all templates. */
export const GENERATED_FILE = path.join(ROOT, "components/generated/templates.ts");

/**
 * Text of the generated module for the templates of a folder, formatted as the repository formats.
 * @throws TemplateError for a template that cannot be read
 */
export async function generate(folder: string = TEMPLATE_FOLDER): Promise<string> {
  const files = fs.readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  const templates = files.map((file) => loadTemplate(path.join(folder, file)));
  const options = (await prettier.resolveConfig(GENERATED_FILE)) ?? {};
  return prettier.format(renderModule(templates), { ...options, parser: "typescript" });
}

/** True when the committed module is not what the templates give now. */
export async function isStale(
  file: string = GENERATED_FILE,
  folder: string = TEMPLATE_FOLDER,
): Promise<boolean> {
  const committed = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  return committed !== (await generate(folder));
}
