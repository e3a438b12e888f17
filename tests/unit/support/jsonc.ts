import * as ts from "typescript";

/** Reads JSON with comments, as tsconfig.json is written. */
export function parse(text: string): unknown {
  const result = ts.parseConfigFileTextToJson("tsconfig.json", text);
  if (result.error !== undefined)
    throw new Error(ts.flattenDiagnosticMessageText(result.error.messageText, "\n"));
  return result.config as unknown;
}
