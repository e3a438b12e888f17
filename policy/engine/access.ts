import { pattern, type Principal, type Statement, type StatementCondition } from "./iam";
import { Opaque } from "./values";

/**
 * Global condition keys that tie a request to known accounts, organisations, networks or resources.
 * Source: IAM User Guide, "AWS global condition context keys", and S3's meaning of "public".
 */
const NARROWING_KEYS = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:principalisawsservice",
  "aws:principalservicename",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "aws:username",
  "aws:vpcsourceip",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "sns:endpoint",
]);

/** Keys that tell a service principal on whose behalf it acts. */
const SOURCE_KEYS = new Set([
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  // S3 and CloudFront deliver under the caller's account; these tie the grant to it as well.
  "aws:principalorgid",
]);

const POSITIVE_OPERATORS = new Set([
  "stringequals",
  "stringequalsignorecase",
  "stringlike",
  "arnequals",
  "arnlike",
  "ipaddress",
  "bool",
]);

/** A condition that holds only for some callers: a positive operator on a narrowing key, no value of which is all. */
function narrows(condition: StatementCondition, keys: ReadonlySet<string>): boolean {
  if (!keys.has(condition.key) || condition.qualifier === "forallvalues") return false;
  if (!POSITIVE_OPERATORS.has(condition.operator) || condition.values.length === 0) return false;
  return condition.values.every((value) => {
    if (value instanceof Opaque) return true;
    const text = pattern(value) ?? "*";
    return !/^[*?]*$/.test(text) && text !== "0.0.0.0/0" && text !== "::/0" && !/^arn:(\*:)+\*$/.test(text);
  });
}

/** True when some condition ties "everyone" to known callers. */
export function isNarrowed(statement: Statement): boolean {
  return statement.conditions.some((condition) => narrows(condition, NARROWING_KEYS));
}

/** True when some condition names the resource or account that a service acts for. */
export function namesSource(statement: Statement): boolean {
  return statement.conditions.some((condition) => narrows(condition, SOURCE_KEYS));
}

/** True when the statement allows everyone, whatever its conditions. */
export function allowsEveryone(statement: Statement): boolean {
  if (statement.effect === "Deny") return false;
  return statement.hasNotPrincipal || statement.principals.some((principal) => principal.kind === "everyone");
}

/** The root of an account: `arn:aws:iam::<account>:root` or the account's number. */
export function isAccountRoot(principal: Principal): boolean {
  const text = principal.kind === "aws" || principal.kind === "unknown" ? principalText(principal) : "";
  return /^arn:[^:]*:iam::.*:root$/.test(text) || /^\d{12}$/.test(text) || text === "<AWS::AccountId>";
}

/** The principal as a text that is equal for equal principals. */
export function principalText(principal: Principal): string {
  const { value } = principal;
  if (value instanceof Opaque) return value.symbol;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
