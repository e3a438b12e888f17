import * as ts from "typescript";

export type Place = "primary" | "dr";

/** One stack of the program: a template in a place. */
export interface StackNode {
  readonly template: string;
  readonly place: Place;
}

/** One stack takes outputs of another. */
export interface StackEdge {
  readonly from: StackNode;
  readonly to: StackNode;
}

/** The program's stacks and what they take from each other. */
export interface Wiring {
  readonly stacks: readonly StackNode[];
  readonly edges: readonly StackEdge[];
}

const PLACES: readonly Place[] = ["primary", "dr"];

const keyOf = ({ template, place }: StackNode) => `${template}/${place}`;

/** What stands behind a constant of the program in one place. */
interface Meaning {
  /** The stack that the constant is, when it is one. */
  readonly own?: StackNode;
  /** The stacks whose outputs its value holds. */
  readonly takes: ReadonlyMap<string, StackNode>;
}

/** Reads the wiring off the program's text: constants, `regions.both`, `[place]`, `[peerOf(place)]`, `.primary`, `.dr`. */
export function wiringOf(text: string): Wiring {
  const source = ts.createSourceFile("index.ts", text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer !== undefined) constants.set(name.text, initializer);
    }
  }
  return new Reader(constants).read();
}

class Reader {
  readonly #constants: ReadonlyMap<string, ts.Expression>;
  readonly #known = new Map<string, Meaning>();

  constructor(constants: ReadonlyMap<string, ts.Expression>) {
    this.#constants = constants;
  }

  read(): Wiring {
    const stacks = new Map<string, StackNode>();
    const edges = new Map<string, StackEdge>();
    for (const [name, expression] of this.#constants) {
      if (templateOf(expression) === undefined) continue;
      for (const place of PLACES) {
        const { own, takes } = this.#meaning(name, place);
        if (own === undefined) continue;
        stacks.set(keyOf(own), own);
        for (const from of takes.values()) edges.set(`${keyOf(from)} ${keyOf(own)}`, { from, to: own });
      }
    }
    return { stacks: [...stacks.values()], edges: [...edges.values()] };
  }

  /** @throws Error when constants go in a circle, which TypeScript refuses too */
  #meaning(name: string, place: Place): Meaning {
    const key = `${name}/${place}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const expression = this.#constants.get(name);
    if (expression === undefined) return { takes: new Map() };
    this.#known.set(key, { takes: new Map() });
    const fixed = fixedPlace(expression);
    const template = templateOf(expression);
    const takes = new Map<string, StackNode>();
    this.#collect(expression, fixed ?? place, takes);
    const own = template === undefined ? undefined : { template, place: fixed ?? place };
    if (own !== undefined) takes.delete(keyOf(own));
    const meaning = { own, takes };
    this.#known.set(key, meaning);
    return meaning;
  }

  /** Adds what an expression takes when it is evaluated for a place. */
  #collect(node: ts.Node, place: Place, into: Map<string, StackNode>): void {
    if (ts.isPropertyAssignment(node)) return this.#collect(node.initializer, place, into);
    if (ts.isShorthandPropertyAssignment(node)) return this.#add(node.name.text, place, into);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      if (ts.isIdentifier(node.expression) && this.#constants.has(node.expression.text)) {
        return this.#add(node.expression.text, placeAsked(node, place), into);
      }
      return this.#collect(node.expression, place, into);
    }
    if (ts.isIdentifier(node)) return this.#add(node.text, place, into);
    ts.forEachChild(node, (child) => this.#collect(child, place, into));
  }

  #add(name: string, place: Place, into: Map<string, StackNode>): void {
    const expression = this.#constants.get(name);
    if (expression === undefined) return;
    const pair = pairOf(expression);
    const { own, takes } = this.#meaning(pair?.[place] ?? name, place);
    if (own !== undefined) into.set(keyOf(own), own);
    else for (const [key, node] of takes) into.set(key, node);
  }
}

/** `{ primary: primaryStorage, dr: drStorage }`: which constant stands for which place. */
function pairOf(expression: ts.Expression): Readonly<Record<Place, string>> | undefined {
  if (!ts.isObjectLiteralExpression(expression) || expression.properties.length !== 2) return undefined;
  const names = new Map<string, string>();
  for (const property of expression.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.initializer)) return undefined;
    names.set(property.name.getText(), property.initializer.text);
  }
  const [primary, dr] = [names.get("primary"), names.get("dr")];
  return primary !== undefined && dr !== undefined ? { primary, dr } : undefined;
}

/** The place that `x[place]`, `x[peerOf(place)]`, `x.primary` or `x.dr` asks for; that of the asker when none is named. */
function placeAsked(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, place: Place): Place {
  if (ts.isPropertyAccessExpression(node)) {
    return node.name.text === "primary" || node.name.text === "dr" ? node.name.text : place;
  }
  const isPeer = node.argumentExpression.getText().startsWith("peerOf(");
  return isPeer ? (place === "primary" ? "dr" : "primary") : place;
}

/** The name that a constant's `new TemplateStack("name", …)` has. */
function templateOf(expression: ts.Expression): string | undefined {
  return /new TemplateStack\(\s*"([a-z-]+)"/.exec(expression.getText())?.[1];
}

/** The place of a stack that is made once. */
function fixedPlace(expression: ts.Expression): Place | undefined {
  return /^new TemplateStack\(/.test(expression.getText())
    ? (/\bregion: regions\.(primary|dr)\b/.exec(expression.getText())?.[1] as Place | undefined)
    : undefined;
}
