import {
  Opaque,
  Text,
  Unknown,
  isDynamicReference,
  isList,
  isMap,
  type MapValue,
  type Value,
} from "./values";

/** An item of a statement with the path it was found at, relative to the document. */
export interface Item {
  readonly value: Value;
  readonly path: string;
}

/** One condition of a statement; keys compare without case, as IAM does. */
export interface StatementCondition {
  /** Lower case, without the `ForAnyValue:` or `ForAllValues:` prefix. */
  readonly operator: string;
  readonly qualifier: "forallvalues" | "foranyvalue" | "";
  /** Lower case. */
  readonly key: string;
  readonly values: readonly Value[];
}

export interface Principal extends Item {
  /** `everyone` is `*` alone or under AWS; `unknown` is a value that is known at deployment. */
  readonly kind: "everyone" | "aws" | "service" | "federated" | "canonical" | "unknown";
}

/** A policy statement, with everything that may be one or many as a list. */
export interface Statement {
  readonly path: string;
  readonly effect: "Allow" | "Deny" | "unknown";
  readonly actions: readonly Item[];
  readonly notActions: readonly Item[];
  readonly resources: readonly Item[];
  readonly notResources: readonly Item[];
  readonly principals: readonly Principal[];
  readonly notPrincipals: readonly Item[];
  readonly hasNotPrincipal: boolean;
  readonly conditions: readonly StatementCondition[];
  /** A condition block that is not known. */
  readonly conditionsUnknown: boolean;
}

/**
 * The statements of a policy document (a mapping or a JSON text) found at `path`.
 * Undefined when the document is there but cannot be known.
 */
export function statements(document: Value | undefined, path: string): readonly Statement[] | undefined {
  if (!isMap(document)) return parsedStatements(document, path);
  const cached = known.get(document)?.get(path);
  if (cached !== undefined) return cached;
  const list = parsedStatements(document, path);
  const byPath = known.get(document) ?? new Map<string, readonly Statement[]>();
  known.set(document, byPath);
  if (list !== undefined) byPath.set(path, list);
  return list;
}

/** Several rules ask for the same document; values never change once evaluated. */
const known = new WeakMap<MapValue, Map<string, readonly Statement[]>>();

function parsedStatements(document: Value | undefined, path: string): readonly Statement[] | undefined {
  let body = document;
  if (typeof body === "string") body = parsedDocument(body);
  if (body instanceof Opaque) return undefined;
  if (!isMap(body)) return [];
  const list = body["Statement"];
  if (list instanceof Opaque) return undefined;
  if (isMap(list)) return [statement(list, `${path}.Statement`)];
  if (!isList(list)) return [];
  return list.flatMap((item, index) => (isMap(item) ? [statement(item, `${path}.Statement.${index}`)] : []));
}

function parsedDocument(text: string): Value | undefined {
  if (isDynamicReference(text)) return new Unknown("the document is resolved at deployment", text);
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

/** A member of a statement whatever its letter case. */
function member(map: MapValue, name: string): Value | undefined {
  return map[name] ?? map[Object.keys(map).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name];
}

function statement(map: MapValue, path: string): Statement {
  const effect = member(map, "Effect");
  const conditions = member(map, "Condition");
  return {
    path,
    effect: effect === "Allow" || effect === "Deny" ? effect : "unknown",
    actions: listed(member(map, "Action"), `${path}.Action`),
    notActions: listed(member(map, "NotAction"), `${path}.NotAction`),
    resources: listed(member(map, "Resource"), `${path}.Resource`),
    notResources: listed(member(map, "NotResource"), `${path}.NotResource`),
    principals: principals(member(map, "Principal"), `${path}.Principal`),
    notPrincipals: listed(member(map, "NotPrincipal"), `${path}.NotPrincipal`),
    hasNotPrincipal: member(map, "NotPrincipal") !== undefined,
    conditions: conditionList(conditions),
    conditionsUnknown: conditions instanceof Opaque,
  };
}

function listed(value: Value | undefined, path: string): Item[] {
  if (value === undefined) return [];
  if (!isList(value)) return [{ value, path }];
  return value.flatMap((item, index) =>
    isList(item) ? listed(item, `${path}.${index}`) : [{ value: item, path: `${path}.${index}` }],
  );
}

const PRINCIPAL_KINDS: Readonly<Record<string, Principal["kind"]>> = {
  aws: "aws",
  service: "service",
  federated: "federated",
  canonicaluser: "canonical",
};

function principals(value: Value | undefined, path: string): Principal[] {
  if (!isMap(value)) {
    return listed(value, path).map((item) => ({ ...item, kind: principalKind(item.value, "aws") }));
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const kind = PRINCIPAL_KINDS[key.toLowerCase()] ?? "unknown";
    return listed(inner, `${path}.${key}`).map((item) => ({
      ...item,
      kind: principalKind(item.value, kind),
    }));
  });
}

function principalKind(value: Value, kind: Principal["kind"]): Principal["kind"] {
  if (value === "*" && kind !== "service") return "everyone";
  // A reference is a role or user of the template; only a value from outside could be anything.
  if (value instanceof Unknown && kind === "aws") return "unknown";
  return kind;
}

function conditionList(value: Value | undefined): StatementCondition[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([operator, block]) => {
    if (!isMap(block)) return [];
    const match = /^(?:(forallvalues|foranyvalue):)?(.*)$/.exec(operator.toLowerCase());
    return Object.entries(block).map(([key, inner]) => ({
      operator: match?.[2] ?? "",
      qualifier: (match?.[1] ?? "") as StatementCondition["qualifier"],
      key: key.toLowerCase(),
      values: listed(inner, "").map((item) => item.value),
    }));
  });
}

/** A value as a pattern: the unknown parts of a text count as plain characters. Undefined when wholly unknown. */
export function pattern(value: Value): string | undefined {
  if (value instanceof Text) return value.render("x");
  if (value instanceof Unknown) return undefined;
  if (value instanceof Opaque) return "x";
  return typeof value === "object" ? undefined : String(value);
}

/** Whether an IAM pattern (`*` and `?`, without case) matches a name. */
export function matches(glob: string, name: string): boolean {
  return wildcard(glob.toLowerCase(), name.toLowerCase());
}

/** Linear-time glob match: a pattern with many stars must not hang. */
function wildcard(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (g < glob.length && (glob[g] === "?" || (glob[g] === text[t] && glob[g] !== "*"))) {
      g += 1;
      t += 1;
    } else if (glob[g] === "*") {
      star = g;
      mark = t;
      g += 1;
    } else if (star >= 0) {
      g = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (glob[g] === "*") g += 1;
  return g === glob.length;
}

/** Whether a statement's actions include the action; NotAction counts. */
export function coversAction(of: Statement, action: string): boolean {
  if (of.notActions.length > 0)
    return !of.notActions.some((item) => matches(pattern(item.value) ?? "", action));
  return of.actions.some((item) => matches(pattern(item.value) ?? "", action));
}
