import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, connect, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { createPki, type Pki } from "../../../../local/cloud/pki";

describe("the embedded cloud's PKI", () => {
  let folder: string;
  let pki: Pki;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "payments-pki-"));
    pki = await createPki(join(folder, "pki"));
  });

  after(() => rmSync(folder, { recursive: true }));

  it("covers the platform's names and the loopback address, and no other name", () => {
    const certificate = new X509Certificate(readFileSync(pki.certFile));
    for (const host of [
      "localhost",
      "api.payments.test",
      "notifications-apse2.payments.test",
      "payments.test",
    ]) {
      assert.equal(certificate.checkHost(host) !== undefined, true, host);
    }
    assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
    for (const host of ["payments.example", "a.b.payments.test"]) {
      assert.equal(certificate.checkHost(host), undefined, host);
    }
  });

  it("is signed by an authority that signs certificates and is valid now", () => {
    const certificate = new X509Certificate(readFileSync(pki.certFile));
    const authority = new X509Certificate(readFileSync(pki.caFile));
    assert.ok(certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
    assert.ok(authority.ca && !certificate.ca);
    assert.ok(certificate.checkPrivateKey(createPrivateKey(readFileSync(pki.keyFile))));
    assert.ok(Date.parse(certificate.validFrom) < Date.now() && Date.parse(certificate.validTo) > Date.now());
  });

  it("keeps the private key to its owner", () => {
    assert.equal(statSync(pki.keyFile).mode & 0o077, 0);
    assert.equal(statSync(join(folder, "pki")).mode & 0o077, 0);
  });

  it("is accepted by TLS that trusts the authority, and by no other", async () => {
    const server = createServer({ cert: readFileSync(pki.certFile), key: readFileSync(pki.keyFile) });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const handshake = (ca?: Buffer) =>
      new Promise<string>((resolve) => {
        const socket: TLSSocket = connect(
          { host: "127.0.0.1", port, ca, servername: "api.payments.test" },
          () => {
            socket.destroy();
            resolve("authorized");
          },
        );
        socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      });
    assert.equal(await handshake(readFileSync(pki.caFile)), "authorized");
    assert.notEqual(await handshake(), "authorized");
    server.close();
  });
});
