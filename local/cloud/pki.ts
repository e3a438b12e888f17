import "reflect-metadata";
import { randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

/** Files of the embedded cloud's own PKI; the private keys are readable by their owner only. */
export interface Pki {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** The domain of the embedded cloud; RFC 6761 reserves `.test`, so it never leaves the machine. */
export const DOMAIN = "payments.test";

/** The world's, then each Region's public address, then each Region's own for its functions. */
const ADDRESSES = ["127.0.0.1", "127.0.1.1", "127.0.1.2", "127.0.2.1", "127.0.2.2"];

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
const VALIDITY_DAYS = 90;

/**
 * Makes a certification authority and one server certificate for everything that listens: the emulator, the PSP
 * simulator and the PostgreSQL servers. The authority's key is used once and never written.
 */
export async function createPki(folder: string, now = new Date()): Promise<Pki> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const validity = {
    // A clock that was set back by less than a day still accepts them.
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + VALIDITY_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
  };
  const caKeys = await newKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: "CN=Embedded cloud of this clone, O=payments",
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const serverKeys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    serialNumber: serialNumber(),
    subject: `CN=${DOMAIN}`,
    issuer: ca.subject,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...ADDRESSES.map((value) => ({ type: "ip" as const, value })),
        { type: "dns", value: "localhost" },
        { type: "dns", value: DOMAIN },
        { type: "dns", value: `*.${DOMAIN}` },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca),
      await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
    ],
  });
  return writePki(folder, ca, certificate, await privateKeyPem(serverKeys));
}

function writePki(folder: string, ca: x509.X509Certificate, server: x509.X509Certificate, key: string): Pki {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string, mode: number) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode });
    return file;
  };
  // The second opinion of OpenSSL: what does not verify here fails later with a far less clear message.
  if (
    !new X509Certificate(server.toString("pem")).verify(new X509Certificate(ca.toString("pem")).publicKey)
  ) {
    throw new Error("the server certificate does not verify against its authority");
  }
  return {
    caFile: write("ca.pem", `${ca.toString("pem")}\n`, 0o644),
    certFile: write("server.pem", `${server.toString("pem")}\n`, 0o644),
    keyFile: write("server-key.pem", key, 0o600),
  };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}

/** 127 random bits: positive, as RFC 5280 wants it. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f;
  return bytes.toString("hex");
}
