import type { Evaluator } from "./evaluator";
import { child, scalarText, type TemplateNode } from "./nodes";
import { Opaque, Reference, Text, Unknown, isList, isMap, symbolOf, type Value } from "./values";

type Intrinsic = (argument: TemplateNode, evaluator: Evaluator, line: number) => Value | undefined;

/** Strings longer than this stay unknown: nested Sub and Join can double a text at every level. */
const MAX_TEXT = 200_000;
/** Map lookups with an unknown key are judged for each key up to this many. */
const MAX_MAP_KEYS = 10;

/** Every intrinsic function that yields a value, by its long name. */
export const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  "Fn::Base64": base64,
  "Fn::Cidr": cidr,
  "Fn::FindInMap": findInMap,
  "Fn::GetAtt": getAtt,
  "Fn::GetAZs": (_argument, evaluator, line) =>
    evaluator.unknown("the Availability Zones are known at deployment", "GetAZs", line),
  "Fn::If": conditional,
  "Fn::ImportValue": importValue,
  "Fn::Join": join,
  "Fn::Length": length,
  "Fn::Select": select,
  "Fn::Split": split,
  "Fn::Sub": sub,
  "Fn::ToJsonString": toJsonString,
};

type Part = string | Unknown | Reference;

/** Concatenates; what is fully known becomes a string, a text of one opaque part becomes that part. */
export function concatenate(values: readonly (Value | undefined)[], otherwise: () => Unknown): Value {
  const parts: Part[] = [];
  let size = 0;
  const add = (part: Part): void => {
    const last = parts.at(-1);
    size += typeof part === "string" ? part.length : 1;
    if (part === "") return;
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  for (const value of values) {
    if (value === undefined) continue;
    if (value instanceof Text) value.parts.forEach(add);
    else if (value instanceof Unknown || value instanceof Reference) add(value);
    else if (typeof value === "object") return otherwise();
    else add(String(value));
    if (size > MAX_TEXT) return otherwise();
  }
  const [only] = parts;
  if (only === undefined) return "";
  return parts.length === 1 ? only : new Text(parts);
}

function listItems(node: TemplateNode): readonly TemplateNode[] {
  return node.kind === "list" ? node.items : [];
}

function base64(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const value = evaluator.evaluate(argument);
  if (typeof value === "string" && value.length <= MAX_TEXT) return Buffer.from(value).toString("base64");
  return evaluator.unknown("the encoded text is not known", "Base64", line);
}

function conditional(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const [condition, whenTrue, whenFalse] = listItems(argument);
  if (condition === undefined) return evaluator.unknown("its Fn::If has no condition", "If", line);
  const name = scalarText(condition);
  const holds = name === undefined ? evaluator.holds(condition) : evaluator.condition(name);
  const branch = holds ? whenTrue : whenFalse;
  return branch === undefined ? undefined : evaluator.evaluate(branch);
}

function getAtt(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  if (argument.kind === "scalar") {
    const text = scalarText(argument) ?? "";
    const dot = text.indexOf(".");
    return evaluator.attribute(dot < 0 ? text : text.slice(0, dot), dot < 0 ? "Ref" : text.slice(dot + 1));
  }
  const parts = listItems(argument).map((item) => evaluator.evaluate(item));
  const [logicalId, attribute] = parts;
  if (typeof logicalId !== "string" || attribute === undefined || typeof attribute === "object") {
    return evaluator.unknown(
      "its Fn::GetAtt names no resource",
      `GetAtt:${parts.map(symbolOf).join(".")}`,
      line,
    );
  }
  return evaluator.attribute(logicalId, String(attribute));
}

function importValue(argument: TemplateNode, evaluator: Evaluator): Value | undefined {
  const symbol = symbolOf(evaluator.evaluate(argument));
  return (
    evaluator.template.set.exported(symbol) ??
    new Unknown(`the export ${symbol} is not among the judged templates`, `import:${symbol}`)
  );
}

function join(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const [delimiterNode, listNode] = listItems(argument);
  const delimiter = delimiterNode === undefined ? "" : evaluator.evaluate(delimiterNode);
  const list = listNode === undefined ? undefined : evaluator.evaluate(listNode);
  const otherwise = (): Unknown =>
    evaluator.unknown("the joined list is not known", `Join:${symbolOf(list)}`, line);
  if (list instanceof Unknown || list instanceof Reference) return concatenate([list], otherwise);
  if (!isList(list)) return otherwise();
  const between = typeof delimiter === "string" || typeof delimiter === "number" ? String(delimiter) : "";
  return concatenate(
    list.flatMap((item, index) => (index === 0 ? [item] : [between, item])),
    otherwise,
  );
}

function length(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const list = evaluator.evaluate(argument);
  return isList(list) ? list.length : evaluator.unknown("the list is not known", "Length", line);
}

function select(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const [indexNode, listNode] = listItems(argument);
  const index = indexNode === undefined ? undefined : evaluator.evaluate(indexNode);
  const list = listNode === undefined ? undefined : evaluator.evaluate(listNode);
  const value = isList(list) && typeof index !== "object" ? list[Number(index)] : undefined;
  if (value !== undefined) return value;
  const what = `Select:${symbolOf(index)}:${symbolOf(list)}`;
  return isList(list) || list === undefined
    ? evaluator.unknown("the selected item does not exist", what, line)
    : new Unknown("the list is not known", what);
}

function split(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const [delimiterNode, textNode] = listItems(argument);
  const delimiter = delimiterNode === undefined ? undefined : evaluator.evaluate(delimiterNode);
  const text = textNode === undefined ? undefined : evaluator.evaluate(textNode);
  if (typeof delimiter === "string" && delimiter !== "" && typeof text === "string")
    return text.split(delimiter);
  const what = `Split:${symbolOf(delimiter)}:${symbolOf(text)}`;
  return text instanceof Opaque
    ? new Unknown("the text is not known", what)
    : evaluator.unknown("the text is not known", what, line);
}

function sub(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const template = scalarText(argument.kind === "list" ? argument.items[0] : argument);
  const variables = argument.kind === "list" ? argument.items[1] : undefined;
  if (template === undefined) return evaluator.unknown("its Fn::Sub has no text", "Sub", line);
  const values: (Value | undefined)[] = [];
  let position = 0;
  for (const match of template.matchAll(/\$\{(!?)([^{}]*)\}/g)) {
    values.push(template.slice(position, match.index));
    position = match.index + match[0].length;
    const name = (match[2] ?? "").trim();
    values.push(match[1] === "!" ? `\${${match[2]}}` : variable(name, variables, evaluator, line));
  }
  values.push(template.slice(position));
  return concatenate(values, () => evaluator.unknown("a part of the text is not known", "Sub", line));
}

function variable(
  name: string,
  variables: TemplateNode | undefined,
  evaluator: Evaluator,
  line: number,
): Value | undefined {
  const own = child(variables, name);
  if (own !== undefined) {
    const value = evaluator.evaluate(own);
    return isList(value) ? evaluator.unknown("a list stands in a text", `Sub:${name}`, line) : value;
  }
  const dot = name.indexOf(".");
  return dot < 0
    ? evaluator.reference(name, line)
    : evaluator.attribute(name.slice(0, dot), name.slice(dot + 1));
}

function toJsonString(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const value = evaluator.evaluate(argument);
  let opaque = false;
  const json = JSON.stringify(value ?? null, (_key, item: unknown) => {
    if (!(item instanceof Opaque)) return item;
    opaque = true;
    // Not walked: a reference leads to its template, and that back to itself.
    return null;
  });
  return opaque || json.length > MAX_TEXT
    ? evaluator.unknown("a part of the JSON text is not known", "ToJsonString", line)
    : json;
}

function findInMap(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const [mapNode, topNode, secondNode, optionsNode] = listItems(argument);
  const [map, top, second] = [mapNode, topNode, secondNode].map((node) =>
    node === undefined ? undefined : evaluator.evaluate(node),
  );
  const fallback = child(optionsNode, "DefaultValue");
  const unknown = (): Value | undefined =>
    fallback !== undefined && ![map, top, second].some((value) => value instanceof Opaque)
      ? evaluator.evaluate(fallback)
      : new Unknown(
          "the map entry is not known",
          `FindInMap:${symbolOf([map ?? "", top ?? "", second ?? ""])}`,
        );
  const mappings = evaluator.template.section("Mappings");
  const mapBody = map === undefined || typeof map === "object" ? undefined : child(mappings, symbolOf(map));
  if (mapBody?.kind !== "map" || second === undefined || typeof second === "object") return unknown();
  const lookUp = (key: string): Value | undefined => {
    const node = child(child(mapBody, key), String(second));
    return node === undefined ? unknown() : evaluator.evaluate(node);
  };
  if (top !== undefined && typeof top !== "object") return lookUp(String(top));
  const keys = [...mapBody.entries.keys()];
  const values = keys.map(lookUp);
  if (values.length > 0 && new Set(values.map(symbolOf)).size === 1) return values[0];
  if (!(top instanceof Opaque) || keys.length === 0 || keys.length > MAX_MAP_KEYS) return unknown();
  const key = `key ${top.symbol} of mapping ${symbolOf(map)}`;
  const index = evaluator.template.set.worlds.choose(key, keys.length);
  return index < 0 ? unknown() : (values[index] ?? evaluator.unknown("the map entry is missing", key, line));
}

function cidr(argument: TemplateNode, evaluator: Evaluator, line: number): Value | undefined {
  const [block, count, bits] = listItems(argument).map((item) => evaluator.evaluate(item));
  const blocks = cidrBlocks(symbolOf(block), Number(symbolOf(count)), Number(symbolOf(bits ?? "8")));
  return (
    blocks ??
    new Unknown("the address blocks are not known", `Cidr:${symbolOf(block)}:${symbolOf(count)}:${line}`)
  );
}

/** `count` IPv4 blocks of 32 − `bits` prefix length inside `block`; undefined when that does not fit. */
function cidrBlocks(block: string, count: number, bits: number): string[] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  if (match === null || !(count >= 1 && count <= 256) || !(bits >= 1 && bits <= 32)) return undefined;
  const numbers = match.slice(1).map(Number);
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = numbers;
  const size = 2 ** bits;
  if (numbers.slice(0, 4).some((octet) => octet > 255) || prefix > 32) return undefined;
  if (count * size > 2 ** (32 - prefix)) return undefined;
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  return Array.from({ length: count }, (_unused, index) => {
    const address = start + index * size;
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${octets.join(".")}/${32 - bits}`;
  });
}

/** Whether a value contains something that is not known, at any depth. */
export function containsOpaque(value: Value | undefined): boolean {
  if (value instanceof Opaque) return true;
  if (isList(value)) return value.some(containsOpaque);
  return isMap(value) && Object.values(value).some(containsOpaque);
}
