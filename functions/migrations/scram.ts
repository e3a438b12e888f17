import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { InvalidApplicationCredentials } from "./errors";

/** PostgreSQL's own default (`scram_iterations`). */
const SCRAM_ITERATIONS = 4096;

/**
 * The verifier that PostgreSQL stores for a password (RFC 5803 form, `SCRAM-SHA-256$…`), computed here so that the
 * password itself never travels to the server, where statement logging could write it down.
 *
 * @throws InvalidApplicationCredentials when the password is empty or holds anything but printable ASCII: for those
 *   characters SASLprep (RFC 4013) is the identity, so the verifier is the one that any client will prove.
 */
export function scramSha256Verifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\x20-\x7e]{1,512}$/.test(password)) {
    throw new InvalidApplicationCredentials("the password must be 1 to 512 printable ASCII characters");
  }
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
