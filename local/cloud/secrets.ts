import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { base32Id } from "../../functions/domain/identifiers";

const text = z.string().min(16);

const schema = z.object({
  databaseAdmin: z.object({ username: z.string(), password: text }),
  databaseApplication: z.object({ username: z.string(), password: text }),
  merchants: z.object({ apiKeyPepper: text, notificationSigningKey: text }),
  psp: z.object({ apiKey: text, notificationKey: text }),
  syntheticMerchant: z.object({ merchantId: text, apiKey: text }),
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
    // In the forms of any merchant's; the merchant itself is made once there is a database.
    syntheticMerchant: {
      merchantId: `mer_${base32Id(randomBytes(32))}`,
      apiKey: `mk_test_${randomBytes(32).toString("base64url")}`,
    },
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

/** @throws when the file is missing or not ours */
export function readSecrets(file: string): ExistingSecrets {
  return schema.parse(JSON.parse(readFileSync(file, "utf8")));
}
