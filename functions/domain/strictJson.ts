import { pointerPart } from "./panDetection";

/** Why a text is not strict JSON. The message quotes nothing of the text. */
export class StrictJsonError extends Error {
  override readonly name = "StrictJsonError";
  readonly reason: "syntax" | "duplicate" | "depth";

  constructor(reason: StrictJsonError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** One number as it is written; its digits may be more than a JavaScript number can hold. */
export interface NumberLiteral {
  /** JSON Pointer to the number. */
  readonly pointer: string;
  readonly text: string;
}

/** A parsed text. Objects in `value` have no prototype, so that `__proto__` is a key like any other. */
export interface StrictJson {
  readonly value: unknown;
  readonly numbers: readonly NumberLiteral[];
}

// Sticky, so that each continues exactly where the last ended.
const WHITE_SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids control characters in strings; the rule has to name them.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * Parses JSON (RFC 8259) more strictly than `JSON.parse`: a key that comes twice in an object is refused (two parsers
 * could read two different amounts), nesting is bounded while parsing, lone surrogates are refused, and the numbers
 * are also given as they are written (`10.00` is not `10` to one who thinks in dollars).
 *
 * @throws StrictJsonError
 */
export function parseStrictJson(text: string, maxDepth: number): StrictJson {
  return new Parser(text, maxDepth).parse();
}

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #numbers: NumberLiteral[] = [];
  #position = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  parse(): StrictJson {
    const value = this.#value("", 0);
    this.#take(WHITE_SPACE);
    if (this.#position < this.#text.length) throw this.#syntaxError();
    return { value, numbers: this.#numbers };
  }

  #value(pointer: string, depth: number): unknown {
    this.#take(WHITE_SPACE);
    const character = this.#text[this.#position];
    if (character === "{") return this.#object(pointer, depth + 1);
    if (character === "[") return this.#array(pointer, depth + 1);
    if (character === '"') return this.#string();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#text.startsWith(word, this.#position)) {
        this.#position += word.length;
        return value;
      }
    }
    return this.#number(pointer);
  }

  #object(pointer: string, depth: number): Record<string, unknown> {
    this.#open(depth);
    const object = Object.create(null) as Record<string, unknown>;
    if (this.#accept("}")) return object;
    do {
      this.#take(WHITE_SPACE);
      const key = this.#string();
      if (key in object)
        throw new StrictJsonError("duplicate", "A field must not be named twice in one object.");
      this.#expect(":");
      object[key] = this.#value(`${pointer}/${pointerPart(key)}`, depth);
    } while (this.#accept(","));
    this.#expect("}");
    return object;
  }

  #array(pointer: string, depth: number): unknown[] {
    this.#open(depth);
    const array: unknown[] = [];
    if (this.#accept("]")) return array;
    do array.push(this.#value(`${pointer}/${array.length}`, depth));
    while (this.#accept(","));
    this.#expect("]");
    return array;
  }

  #string(): string {
    const literal = this.#take(STRING);
    if (literal === undefined) throw this.#syntaxError();
    const value = JSON.parse(literal) as string;
    // A lone surrogate cannot be written as UTF-8, so it could not be stored as it came.
    if (/\p{Surrogate}/u.test(value))
      throw new StrictJsonError("syntax", "A string holds half of a surrogate pair.");
    return value;
  }

  #number(pointer: string): number {
    const literal = this.#take(NUMBER);
    if (literal === undefined) throw this.#syntaxError();
    const value = Number(literal);
    if (!Number.isFinite(value)) throw new StrictJsonError("syntax", "A number is too large.");
    this.#numbers.push({ pointer, text: literal });
    return value;
  }

  #open(depth: number): void {
    if (depth > this.#maxDepth) {
      throw new StrictJsonError("depth", `A body has at most ${this.#maxDepth} levels.`);
    }
    this.#position += 1;
  }

  #accept(character: string): boolean {
    this.#take(WHITE_SPACE);
    if (this.#text[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#syntaxError();
  }

  /** What the sticky expression matches here, or undefined. */
  #take(expression: RegExp): string | undefined {
    expression.lastIndex = this.#position;
    const match = expression.exec(this.#text)?.[0];
    if (match !== undefined) this.#position = expression.lastIndex;
    return match;
  }

  #syntaxError(): StrictJsonError {
    return new StrictJsonError("syntax", `The body is not valid JSON at character ${this.#position + 1}.`);
  }
}
