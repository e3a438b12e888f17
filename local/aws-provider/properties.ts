/** Resource properties as the engine sends them: JSON values, marked unknowns, marked assets. */
export type Properties = Record<string, unknown>;

/** Pulumi's mark for a value that is not known before a resource exists (sdk/go/common/resource/plugin). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const SIGNATURES: Record<string, "asset" | "archive"> = {
  c44067f5952c0a294b673a41bacd8c17: "asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "archive",
};

/** A value without the marks of what is secret: the engine puts them back by the names of the properties. */
export function withoutSecretMarks(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutSecretMarks);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const members = value as Properties;
  return members[SIGNATURE_KEY] === SECRET_SIGNATURE
    ? withoutSecretMarks(members.value)
    : Object.fromEntries(Object.entries(members).map(([name, member]) => [name, withoutSecretMarks(member)]));
}

/** Whether a value, or any value in it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) {
    return true;
  }
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** What kind of asset a value is, if any. */
export function assetKind(value: unknown): "asset" | "archive" | undefined {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const signature = (value as Properties)[SIGNATURE_KEY];
  return typeof signature === "string" ? SIGNATURES[signature] : undefined;
}

/** Equal as JSON: the order of an object's keys does not count. */
export function sameValue(left: unknown, right: unknown): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

/** JSON with sorted keys; undefined members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Without the members that are undefined or null, which in Pulumi mean the same as absent. */
export function present(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined && value !== null),
  );
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function textMap(value: unknown): Record<string, string> {
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, String(member)]))
    : {};
}

export function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
