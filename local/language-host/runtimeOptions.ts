/** `runtime.options` of Pulumi.yaml, as far as the Node host knows them. */
export interface RuntimeOptions {
  /** Compile TypeScript when it is loaded; Pulumi's default is true. */
  typescript: boolean;
  /** Arguments for node itself, before the program. */
  nodeArguments: string[];
  /** tsconfig file, relative to the program. */
  tsconfig?: string;
}

/** @throws Error that names the option, when one has the wrong type or an open quote */
export function parseRuntimeOptions(options: Record<string, unknown>): RuntimeOptions {
  const { typescript, nodeargs, tsconfig } = options;
  if (typescript !== undefined && typeof typescript !== "boolean") {
    throw new Error("Pulumi.yaml: runtime option typescript must be true or false");
  }
  if (nodeargs !== undefined && typeof nodeargs !== "string") {
    throw new Error("Pulumi.yaml: runtime option nodeargs must be a string");
  }
  if (tsconfig !== undefined && typeof tsconfig !== "string") {
    throw new Error("Pulumi.yaml: runtime option tsconfig must be a string");
  }
  return { typescript: typescript ?? true, nodeArguments: splitArguments(nodeargs ?? ""), tsconfig };
}

/**
 * Splits a line into arguments as a POSIX shell does, without expansions: blanks separate, quotes join, a backslash
 * takes the next character as it is (between double quotes only before `"` and `\`).
 * @throws Error when a quote is not closed
 */
export function splitArguments(line: string): string[] {
  const found: string[] = [];
  let current: string | undefined;
  let quote: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    const next = line[i + 1];
    if (
      character === "\\" &&
      next !== undefined &&
      (quote === undefined || (quote === '"' && /["\\]/.test(next)))
    ) {
      current = (current ?? "") + next;
      i++;
    } else if (quote !== undefined) {
      if (character === quote) {
        quote = undefined;
      } else {
        current += character;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      current ??= "";
    } else if (/\s/.test(character)) {
      if (current !== undefined) {
        found.push(current);
        current = undefined;
      }
    } else {
      current = (current ?? "") + character;
    }
  }
  if (quote !== undefined) {
    throw new Error(`Pulumi.yaml: runtime option nodeargs has an open ${quote}`);
  }
  return current === undefined ? found : [...found, current];
}
