import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";

const text = z.string().min(16);

const schema = z.object({
  databaseAdmin: z.object({ username: z.string(), password: text }),
  databaseApplication: z.object({ username: z.string(), password: text }),
  merchants: z.object({ apiKeyPepper: text, notificationSigningKey: text }),
  psp: z.object({ apiKey: text, notificationKey: text }),
});

/** The values of the "existing" secrets, which on AWS somebody else has made. */
export type ExistingSecrets = z.infer<typeof schema>;

/** Makes new values and keeps them in a file that only its owner can read. */
export function createSecrets(file: string): ExistingSecrets {
  const random = () => randomBytes(24).toString("base64url");
  const secrets: ExistingSecrets = {
    databaseAdmin: { username: "payments_admin", password: random() },
    databaseApplication: { username: "payments_app", password: random() },
    merchants: { apiKeyPepper: random(), notificationSigningKey: random() },
    psp: { apiKey: random(), notificationKey: random() },
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

/** @throws when the file is missing or not ours */
export function readSecrets(file: string): ExistingSecrets {
  return schema.parse(JSON.parse(readFileSync(file, "utf8")));
}
