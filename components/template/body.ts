import { createHash } from "node:crypto";
import { TemplateError } from "./errors";
import type { Template } from "./load";

/** Largest body passed inline, in bytes. Source: CloudFormation quotas, "Template body size in a request". */
export const INLINE_LIMIT_BYTES = 51_200;

/** Largest body read from S3, in bytes (1 MB). Source: CloudFormation quotas, "Template body size in an object". */
export const S3_LIMIT_BYTES = 1_000_000;

/** How a body travels: in the request, or as an object under a key that changes with its content. */
export type BodyPlacement = { readonly via: "inline" } | { readonly via: "s3"; readonly key: string };

/**
 * Decides how a template reaches CloudFormation.
 * @throws TemplateError above 1 MB, where neither way works
 */
export function placeBody(template: Pick<Template, "name" | "file" | "text" | "sizeBytes">): BodyPlacement {
  if (template.sizeBytes <= INLINE_LIMIT_BYTES) return { via: "inline" };
  if (template.sizeBytes > S3_LIMIT_BYTES) {
    throw new TemplateError(
      template.file,
      1,
      `the template has ${template.sizeBytes} bytes; CloudFormation takes at most ${S3_LIMIT_BYTES}: split it`,
    );
  }
  const hash = createHash("sha256").update(template.text).digest("hex");
  return { via: "s3", key: `templates/${template.name}/${hash}.yaml` };
}
