import assert from "node:assert/strict";
import { createLogger } from "../../../functions/shared/observability/logger";

const CARD = "4242424242424242";

describe("log", () => {
  const linesOf = (write: () => void): string => {
    const lines: string[] = [];
    const original = process.stdout.write.bind(process.stdout);
    const originalError = process.stderr.write.bind(process.stderr);
    const keep = (chunk: string | Uint8Array): boolean => lines.push(String(chunk)) > 0;
    process.stdout.write = keep;
    process.stderr.write = keep;
    try {
      write();
    } finally {
      process.stdout.write = original;
      process.stderr.write = originalError;
    }
    return lines.join("");
  };

  it("writes JSON with the correlation id", () => {
    const line = linesOf(() => {
      const log = createLogger();
      log.scope({ correlationId: "abc-12345" });
      log.info("hello", { paymentId: "pay_x" });
    });

    const entry = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual(
      [entry["message"], entry["correlationId"], entry["paymentId"]],
      ["hello", "abc-12345", "pay_x"],
    );
  });

  const apiKey = `mk_live_${"k".repeat(43)}`;
  const leaks: [string, (log: ReturnType<typeof createLogger>) => void, RegExp][] = [
    ["a card number in the message", (log) => log.info(`card ${CARD}`), /4242/],
    ["a card number with dashes", (log) => log.warn("x", { note: "4242-4242-4242-4242" }), /4242-4242/],
    ["a card number as a number", (log) => log.info("x", { value: Number(CARD) }), /4242/],
    ["a card number as a field's name", (log) => log.info("x", { nested: { [CARD]: 1 } }), /4242/],
    ["a card number in an error", (log) => log.error("x", { error: new Error(`bad ${CARD}`) }), /4242/],
    [
      "a card number in an error's cause",
      (log) => log.error("x", { error: new Error("bad", { cause: new Error(CARD) }) }),
      /4242/,
    ],
    ["an API key in a text", (log) => log.info(`key ${apiKey}`), /kkkk/],
    ["a bearer token", (log) => log.info("header Bearer abcdef123456"), /abcdef123456/],
    ["a password by its name", (log) => log.info("x", { secret: { password: "hunter2hunter2" } }), /hunter2/],
    [
      "an authorization header",
      (log) => log.info("x", { headers: { Authorization: "topsecret" } }),
      /topsecret/,
    ],
    ["a pepper by its name", (log) => log.info("x", { apiKeyPepper: "topsecret" }), /topsecret/],
    ["a password in a URL", (log) => log.info("postgres://app:hunter2@db:5432/payments"), /hunter2/],
    [
      "a presigned URL's signature",
      (log) => log.info("https://b.s3/x?X-Amz-Signature=0a1b2c3d&x=1"),
      /0a1b2c3d/,
    ],
    ["a SCRAM verifier", (log) => log.info("SCRAM-SHA-256$4096:c2FsdA==$a2V5:c2lnbg=="), /a2V5/],
  ];
  for (const [name, write, secret] of leaks) {
    it(`never shows ${name}`, () => {
      const line = linesOf(() => write(createLogger()));

      assert.doesNotMatch(line, secret);
      assert.match(line, /REDACTED/);
    });
  }
});
