import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { loadTemplate } from "./template";
import { templateFile, type TemplateName } from "./TemplateStack";

/** JSON with sorted keys: the same content, the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, node: unknown) =>
    typeof node === "object" && node !== null && !Array.isArray(node)
      ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
      : node,
  );
}

/**
 * Hash over everything that a published Lambda version freezes besides its code: the given settings and the template's
 * own resources (memory, time-outs). A version that nothing tells of a change would go on serving the old settings.
 * @param settings parameters that reach the functions; not those that a failover changes at run time
 * @returns 64 hexadecimal characters
 */
export function configurationHash(template: TemplateName, settings: pulumi.Inputs): pulumi.Output<string> {
  const resources = loadTemplate(templateFile(template)).document["Resources"];
  return pulumi
    .output(settings)
    .apply((resolved) => createHash("sha256").update(canonicalJson({ resolved, resources })).digest("hex"));
}
