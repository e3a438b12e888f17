import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The passphrase of the stack's secrets: the user's own, else one made for this clone and kept in a private file. */
export function passphrase(file: string, environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment["PULUMI_CONFIG_PASSPHRASE"];
  if (given) {
    return given;
  }
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8").trim();
}
