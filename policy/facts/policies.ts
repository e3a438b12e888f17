import { allowsEveryone, isNarrowed, namesSource } from "../engine/access";
import { coversAction, matches, pattern, statements, type Statement } from "../engine/iam";
import { companions } from "../engine/links";
import { unresolved, violation, type Verdict } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { symbolOf } from "../engine/values";

/** Statements that let everyone in, with nothing that ties them to known callers. */
export function publicStatements(resource: Resource, path: string): Verdict[] {
  const list = statements(resource.get(path), path);
  if (list === undefined) return [unresolved(path, "The policy is known at deployment only.")];
  return list.flatMap((statement): Verdict[] => {
    if (allowsEveryone(statement) && !isNarrowed(statement)) {
      return statement.conditionsUnknown || statement.effect === "unknown"
        ? [unresolved(statement.path, "Whether the conditions limit who may call is not known.")]
        : [violation(statement.path, "The statement allows everyone.")];
    }
    return [];
  });
}

/** Statements for an AWS service that do not say on whose behalf it acts (the confused deputy). */
export function sourcelessServices(resource: Resource, path: string): Verdict[] {
  return (statements(resource.get(path), path) ?? []).flatMap((statement): Verdict[] => {
    const services = statement.principals.filter((principal) => principal.kind === "service");
    if (statement.effect !== "Allow" || services.length === 0 || namesSource(statement)) return [];
    if (statement.conditionsUnknown)
      return [unresolved(statement.path, "Whether a source is named is not known.")];
    const name = symbolOf(services[0]?.value);
    return [violation(statement.path, `${name} is allowed without aws:SourceArn or aws:SourceAccount.`)];
  });
}

/** Actions that a TLS-only statement must deny, by service; the whole service is asked for by one sample each. */
const TLS_ACTIONS: Readonly<Record<"s3" | "sqs" | "sns", readonly string[]>> = {
  s3: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
  sqs: ["sqs:SendMessage", "sqs:ReceiveMessage"],
  // SNS refuses policies with actions such as sns:*; publishing is what carries data to it.
  sns: ["sns:Publish"],
};

/** True when the statement denies requests without TLS, and nothing else narrows it. */
function deniesPlainRequests(statement: Statement, service: "s3" | "sqs" | "sns"): boolean {
  if (statement.effect !== "Deny" || statement.conditions.length !== 1) return false;
  const [condition] = statement.conditions;
  if (condition?.key !== "aws:securetransport" || condition.values.length === 0) return false;
  if (
    !["bool", "boolifexists", "stringequals", "stringequalsignorecase", "stringlike"].includes(
      condition.operator,
    )
  )
    return false;
  if (!condition.values.every((value) => symbolOf(value).toLowerCase() === "false")) return false;
  const everyone = statement.principals.some((principal) => principal.kind === "everyone");
  return everyone && TLS_ACTIONS[service].every((action) => coversAction(statement, action));
}

/** For S3: the bucket itself or its objects. */
function coversResource(statement: Statement, kind: "bucket" | "objects"): boolean {
  if (statement.notResources.length > 0) return false;
  return statement.resources.some((item) => {
    const glob = pattern(item.value);
    if (glob === undefined) return true;
    if (glob === "*") return true;
    const name = /^arn:[^:]*:s3:::([^/]*)/.exec(glob)?.[1] ?? glob.split("/")[0] ?? "";
    const arn = glob.startsWith("arn:") ? glob : `arn:aws:s3:::${glob}`;
    const bucket = name.replaceAll("*", "");
    return matches(arn, kind === "bucket" ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/some/object`);
  });
}

/** What a policy lacks to admit only TLS; undefined when nothing. */
export function tlsGap(resource: Resource, path: string, service: "s3" | "sqs" | "sns"): Verdict | undefined {
  const list = statements(resource.get(path), path);
  if (list === undefined) return unresolved(path, "The policy is known at deployment only.");
  const denying = list.filter((statement) => deniesPlainRequests(statement, service));
  if (denying.length === 0)
    return violation(path, "No statement denies every request for which aws:SecureTransport is false.");
  if (service !== "s3") return undefined;
  const missing = (["bucket", "objects"] as const).find(
    (kind) => !denying.some((statement) => coversResource(statement, kind)),
  );
  if (missing === undefined) return undefined;
  return violation(
    path,
    `The statement that denies requests without TLS does not cover the ${missing === "bucket" ? "bucket itself" : "bucket's objects"}.`,
  );
}

/** The TLS verdict of a thing that a policy resource protects: the policy speaks for itself, its absence violates. */
export function requirePolicy(
  set: TemplateSet,
  resource: Resource,
  policies: readonly (readonly [string, string])[],
  what: string,
): Verdict {
  const found = policies.flatMap(([type, path]) => companions(set, type, path, resource));
  const [policy] = found;
  if (policy !== undefined)
    return { result: "notApplicable", reason: `${policy.logicalId} is judged in its place.` };
  return violation("", `No policy limits the ${what} to TLS.`);
}
