import { CORE_SCHEMA, Type, YAMLException, load } from "js-yaml";
import type { ListNode, MapEntry, MapNode, TemplateNode } from "./nodes";

/** A template that cannot be read: says where and why. `line` counts from 1. */
export class TemplateReadError extends Error {
  override readonly name = "TemplateReadError";
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(`line ${line}: ${message}`);
  }
}

/** The most bytes of a template; CloudFormation itself stops at 1 MB, other people's files may be larger. */
export const MAX_TEMPLATE_BYTES = 4 * 1024 * 1024;
/** Nesting that is still read. CloudFormation templates stay far below it. */
const MAX_DEPTH = 100;
/** A template whose aliases, written out, hold more nodes than this is refused. */
const MAX_EXPANDED_NODES = 300_000;

/** Short forms that are not simply `Fn::` + name. */
const SHORT_FORMS: Readonly<Record<string, string>> = { "!Ref": "Ref", "!Condition": "Condition" };

// js-yaml refuses tags that it does not know; these accept every tag and leave the value as it is.
const anyTag = (prefix: string, kind: "scalar" | "sequence" | "mapping"): Type =>
  new Type(prefix, { kind, multi: true, resolve: () => true, construct: (data: unknown) => data });
const schema = CORE_SCHEMA.extend(
  ["!", "tag:yaml.org,2002:"].flatMap((prefix) => [
    anyTag(prefix, "scalar"),
    anyTag(prefix, "sequence"),
    anyTag(prefix, "mapping"),
  ]),
);

/** The part of js-yaml's loader state that its listener sees (js-yaml 4, `lib/loader.js`, class State). */
interface LoaderState {
  readonly input: string;
  readonly position: number;
  readonly line: number;
  readonly tag: string | null;
  readonly kind: "scalar" | "sequence" | "mapping" | null;
  readonly result: unknown;
}

interface Frame {
  readonly line: number;
  readonly children: Piece[];
}

interface Piece {
  readonly node: TemplateNode;
  readonly result: unknown;
  readonly isKey: boolean;
  readonly line: number;
}

/**
 * Reads a CloudFormation template in YAML (with all short-form tags) or JSON.
 * Aliases share nodes, so an alias bomb stays as small as its source.
 * @throws TemplateReadError when the text is not well-formed, too large or not a mapping.
 */
export function readTemplate(text: string): MapNode {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (Buffer.byteLength(body) > MAX_TEMPLATE_BYTES) {
    throw new TemplateReadError(`the template is larger than ${MAX_TEMPLATE_BYTES} bytes`, 1);
  }
  const builder = new NodeBuilder();
  try {
    load(body, {
      schema,
      json: true,
      maxDepth: MAX_DEPTH,
      listener: (event: "open" | "close", state: unknown) => builder.on(event, state as LoaderState),
    } as Parameters<typeof load>[1]);
  } catch (error) {
    throw readError(error);
  }
  const root = builder.root;
  if (root === undefined || (root.kind === "scalar" && root.value === null)) {
    throw new TemplateReadError("the template is empty", 1);
  }
  if (root.kind !== "map") throw new TemplateReadError("a template must be a mapping", root.line);
  if (builder.hasAliases && expandedSize(root, new Map()) > MAX_EXPANDED_NODES) {
    throw new TemplateReadError(`the aliases expand to more than ${MAX_EXPANDED_NODES} values`, 1);
  }
  return root;
}

/** The number of nodes as if every alias were written out. */
function expandedSize(node: TemplateNode, known: Map<TemplateNode, number>): number {
  const before = known.get(node);
  if (before !== undefined) return before;
  let size = 1;
  if (node.kind === "list") for (const item of node.items) size += expandedSize(item, known);
  if (node.kind === "map") for (const entry of node.entries.values()) size += expandedSize(entry.node, known);
  known.set(node, size);
  return size;
}

function readError(error: unknown): TemplateReadError {
  if (error instanceof TemplateReadError) return error;
  if (error instanceof YAMLException) {
    const mark = error.mark as { line?: number } | undefined;
    return new TemplateReadError(error.reason || "the text is not well-formed", (mark?.line ?? 0) + 1);
  }
  if (error instanceof RangeError) return new TemplateReadError("the template is nested too deeply", 1);
  return new TemplateReadError(error instanceof Error ? error.message : String(error), 1);
}

/** Turns js-yaml's open and close events into nodes that know their lines. */
class NodeBuilder {
  root: TemplateNode | undefined;
  hasAliases = false;
  readonly #frames: Frame[] = [];
  // What js-yaml shares between an anchor and its aliases is the same object; so are our nodes.
  readonly #nodesOfResults = new WeakMap<object, TemplateNode>();

  on(event: "open" | "close", state: LoaderState): void {
    if (event === "open") this.#frames.push({ line: state.line + 1, children: [] });
    else this.#close(state);
  }

  #close(state: LoaderState): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    const node = tagged(this.#build(state, frame), state.tag);
    if (typeof state.result === "object" && state.result !== null)
      this.#nodesOfResults.set(state.result, node);
    const parent = this.#frames.at(-1);
    if (parent === undefined) {
      this.root = node;
      return;
    }
    const line = node.kind === "scalar" ? node.line : frame.line;
    parent.children.push({ node, result: state.result, isKey: isFollowedByColon(state), line });
  }

  #build(state: LoaderState, frame: Frame): TemplateNode {
    const { result } = state;
    if (typeof result !== "object" || result === null) {
      const value = scalarValue(result);
      const line = Math.min(frame.line, state.line + 1);
      return { kind: "scalar", value, line: frame.children[0]?.line ?? line };
    }
    // A block node that turned out to be a flow collection or an alias is reported twice, outside and inside.
    const only = frame.children[0];
    if (frame.children.length === 1 && only !== undefined && only.result === result) return only.node;
    const alias = state.kind === null ? this.#nodesOfResults.get(result) : undefined;
    if (alias !== undefined) {
      this.hasAliases = true;
      return alias;
    }
    if (Array.isArray(result)) return listOf(frame, result.length);
    return mapOf(frame);
  }
}

function scalarValue(result: unknown): string | number | boolean | null {
  return typeof result === "string" || typeof result === "number" || typeof result === "boolean"
    ? result
    : null;
}

function listOf(frame: Frame, length: number): ListNode {
  // Nodes of an abandoned attempt, if any, stand first.
  const pieces = frame.children.slice(Math.max(0, frame.children.length - length));
  return { kind: "list", items: pieces.map((piece) => piece.node), line: pieces[0]?.line ?? frame.line };
}

function mapOf(frame: Frame): MapNode {
  const entries = new Map<string, MapEntry>();
  const add = (key: Piece, node: TemplateNode): void => {
    const name = keyName(key);
    if (name === "<<") mergeInto(entries, node);
    else entries.set(name, { node, line: key.line });
  };
  let pending: Piece | undefined;
  for (const piece of frame.children) {
    if (piece.isKey) {
      if (pending !== undefined) add(pending, { kind: "scalar", value: null, line: pending.line });
      pending = piece;
    } else if (pending !== undefined) {
      add(pending, piece.node);
      pending = undefined;
    }
  }
  if (pending !== undefined) add(pending, { kind: "scalar", value: null, line: pending.line });
  const first = entries.values().next().value;
  return { kind: "map", entries, line: first?.line ?? frame.line };
}

function keyName(piece: Piece): string {
  return piece.node.kind === "scalar" ? String(piece.node.value) : JSON.stringify(piece.result).slice(0, 200);
}

/** YAML 1.1 merge key: the merged mapping's keys stand behind the mapping's own. */
function mergeInto(entries: Map<string, MapEntry>, node: TemplateNode): void {
  const sources = node.kind === "list" ? node.items : [node];
  for (const source of sources) {
    if (source.kind !== "map") continue;
    for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
  }
}

/** `!Sub x` → `{"Fn::Sub": x}`; GetAtt's dotted string is cut at its first dot when it is evaluated. */
function tagged(node: TemplateNode, tag: string | null): TemplateNode {
  if (tag === null || tag.length < 2 || !tag.startsWith("!") || tag.startsWith("!<")) return node;
  const name = SHORT_FORMS[tag] ?? `Fn::${tag.slice(1)}`;
  return { kind: "map", entries: new Map([[name, { node, line: node.line }]]), line: node.line };
}

/** A node is a key when the next character that is not white space is a colon. */
function isFollowedByColon(state: LoaderState): boolean {
  const { input } = state;
  let index = state.position;
  for (;;) {
    const code = input.charCodeAt(index);
    if (code === 0x3a) return true;
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return false;
    index += 1;
  }
}
