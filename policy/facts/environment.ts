import { knownLower } from "../engine/literal";
import type { Template } from "../engine/template";

/** Names of parameters that say which environment a template is deployed to. */
const ENVIRONMENT_PARAMETERS = ["EnvironmentType", "Environment", "EnvType", "Stage"];

/** True when the parameters' values (or defaults) say that the environment is not production. */
export function isNonproduction(template: Template): boolean {
  const { parameters } = template.evaluator;
  return ENVIRONMENT_PARAMETERS.some((name) => {
    const value = template.parameters.has(name) ? knownLower(parameters.value(name)) : undefined;
    return value !== undefined && /^(non-?prod|dev|test|local|sandbox|stag)/.test(value);
  });
}
