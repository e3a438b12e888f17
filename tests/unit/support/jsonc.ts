import * as ts from "typescript";

/** Reads JSON with comments, as tsconfig.json is written. */
export function parse(text: string): unknown {
  const { config, error }: { config?: unknown; error?: ts.Diagnostic } = ts.parseConfigFileTextToJson(
    "tsconfig.json",
    text,
  );
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, "\n"));
  return config;
}
