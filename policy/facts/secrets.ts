import type { Parameter, Template } from "../engine/template";
import { scalarText } from "../engine/nodes";
import { Opaque, Text, Unknown, isDynamicReference, isList, isMap, type Value } from "../engine/values";

/** Words of a name that holds a credential; names are cut into words before they are compared. */
const SECRET_WORDS = new Set([
  "password",
  "passwd",
  "passphrase",
  "pwd",
  "secret",
  "token",
  "credential",
  "credentials",
]);
const SECRET_PAIRS = new Set([
  "api key",
  "access key",
  "private key",
  "secret key",
  "signing key",
  "encryption key",
  "auth key",
  "master key",
  "shared key",
  "client secret",
  "db pass",
  "database pass",
  "db pw",
]);
/** A name that ends in one of these speaks about a credential but does not hold it. */
const HARMLESS_ENDINGS = new Set([
  "arn",
  "arns",
  "name",
  "id",
  "identifier",
  "path",
  "url",
  "uri",
  "endpoint",
  "parameter",
  "ref",
  "key_id",
  "version",
  "stage",
  "region",
  "length",
  "policy",
  "days",
  "ttl",
  "expiry",
  "expiration",
  "seconds",
  "minutes",
  "hours",
  "table",
  "bucket",
  "type",
  "field",
  "header",
  "enabled",
  "rotation",
  "limit",
  "limits",
  "count",
  "size",
  "max",
  "min",
  "audience",
  "issuer",
  "prefix",
  "suffix",
  "description",
  "lifetime",
  "validity",
  "units",
  "required",
]);
const HARMLESS_BEGINNINGS = new Set([
  "use",
  "enable",
  "create",
  "has",
  "require",
  "generate",
  "manage",
  "rotate",
  "max",
  "min",
]);

/** `DBMasterPassword` and `DB_MASTER_PASSWORD` → db, master, password. */
function words(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) =>
      word.replace(/^(apikey|accesskey|privatekey|secretkey)$/, (whole) => whole.replace("key", " key")),
    )
    .flatMap((word) => word.split(" "));
}

/** True when a name says that its value is a password, key or token. */
export function namesSecret(name: string): boolean {
  const list = words(name);
  const last = list.at(-1) ?? "";
  if (HARMLESS_ENDINGS.has(last) || HARMLESS_BEGINNINGS.has(list[0] ?? "")) return false;
  if (list.some((word) => SECRET_WORDS.has(word) || /(password|passwd|secret|apikey)$/.test(word)))
    return true;
  return list.some((word, index) => SECRET_PAIRS.has(`${word} ${list[index + 1] ?? ""}`));
}

/** Shapes of credentials that need no telling name. Sources: the issuers' documentation. */
const SECRET_SHAPES: readonly (readonly [string, RegExp])[] = [
  ["an AWS access key id", /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["a GitHub token", /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ["a Stripe key", /\b[rs]k_(live|test)_[A-Za-z0-9]{10,}/],
  ["a password in a URL", /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@${}]+:(?!\$\{)[^/\s:@{}]{3,}@/i],
];

/** What kind of credential a text obviously contains; undefined when none. */
export function secretShape(text: string): string | undefined {
  return SECRET_SHAPES.find(([, shape]) => shape.test(text))?.[0];
}

/** Why a credential's value is not safe; undefined when it is; `unresolved` when that cannot be told. */
export type SecretVerdict = { result: "violation" | "unresolved"; message: string } | undefined;

/** Judges the value of something that holds a credential. */
export function judgeSecretValue(value: Value | undefined, template: Template): SecretVerdict {
  if (value === undefined || value === "" || typeof value === "boolean") return undefined;
  if (value instanceof Unknown) return judgeUnknown(value, template);
  if (value instanceof Text) {
    const unsafe = value.parts.map((part) =>
      part instanceof Unknown ? judgeUnknown(part, template) : undefined,
    );
    const found = unsafe.find((verdict) => verdict !== undefined);
    return found;
  }
  if (value instanceof Opaque || isMap(value) || isList(value)) return undefined;
  const text = String(value);
  if (isDynamicReference(text)) {
    return text.includes("{{resolve:ssm:")
      ? {
          result: "violation",
          message: "A plain SSM parameter is readable in clear text; use ssm-secure or a secret.",
        }
      : undefined;
  }
  if (isHarmless(text)) return undefined;
  return { result: "violation", message: "A credential stands in the template in plain text." };
}

/** Texts that stand where a credential could: names of secrets and keys, and switches. */
function isHarmless(text: string): boolean {
  return /^(arn:|alias\/)|^(true|false|enabled|disabled|none|null)$|^[\w.-]+(\/[\w.-]+)+$/i.test(text);
}

function judgeUnknown(value: Unknown, template: Template): SecretVerdict {
  const parameter = value.parameter === undefined ? undefined : template.parameters.get(value.parameter);
  if (parameter === undefined) return undefined;
  return parameter.noEcho || isSsmParameter(parameter)
    ? undefined
    : {
        result: "violation",
        message: `It comes from parameter ${parameter.name}, which is shown because it lacks NoEcho.`,
      };
}

/** The parameter that a property's value is written as a Ref to, whatever it evaluates to. */
export function isSsmParameter(parameter: Parameter): boolean {
  return parameter.type.startsWith("AWS::SSM::Parameter") || parameter.type.startsWith("AWS::SecretsManager");
}

/** A parameter's default as text; undefined when it has none. */
export function defaultText(parameter: Parameter): string | undefined {
  return scalarText(parameter.defaultNode);
}

/** True for a parameter that may hold a credential by its name and type. */
export function holdsSecret(parameter: Parameter): boolean {
  if (parameter.type !== "String" && parameter.type !== "CommaDelimitedList") return false;
  const values = parameter.allowedValues.map((value) => String(value).toLowerCase());
  const isSwitch =
    values.length > 0 &&
    values.every((value) => ["true", "false", "yes", "no", "enabled", "disabled"].includes(value));
  const hidden = parameter.noEcho && !/(user|username|login|email|name|id)$/i.test(parameter.name);
  return !isSwitch && (hidden || namesSecret(parameter.name));
}

/** Keys of properties that hold a credential wherever they occur. */
const CREDENTIAL_KEY =
  /^(master)?(user)?(password|passphrase|secretkey|secretaccesskey|privatekey|apikey|authtoken|accesstoken|oauthtoken|clientsecret)$/i;

/** True for a property whose value can only be a credential. */
export function isCredentialKey(key: string): boolean {
  return CREDENTIAL_KEY.test(key.replace(/[_-]/g, ""));
}

/** An assignment of a literal credential in a script: `PASSWORD=hunter22`, not `PASSWORD=$(…)`. */
export function scriptSecret(text: string): string | undefined {
  const match =
    /\b([A-Za-z_]*(?:password|passwd|secret_?key|api_?key|auth_?token))\s*[=:]\s*["']?([^\s"'$<{(][^\s"'$]{5,})/i.exec(
      text,
    );
  return match === null || isHarmless(match[2] ?? "") ? undefined : match[1];
}
