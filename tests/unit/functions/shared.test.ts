import assert from "node:assert/strict";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { ALBEvent } from "aws-lambda";
import * as z from "zod";
import { InvalidEnvironment, readEnvironment } from "../../../functions/shared/environment";
import { fromApiGateway, fromLoadBalancer } from "../../../functions/shared/http/request";
import type { PspOutcome } from "../../../functions/shared/psp/PaymentServiceProvider";
import { RotatingPaymentServiceProvider } from "../../../functions/shared/psp/RotatingPaymentServiceProvider";
import { secretReader, UnusableSecret } from "../../../functions/shared/secrets/SecretReader";
import { DynamoResults, type PaymentResult } from "../../../functions/shared/tables/ResultRepository";
import { DynamoSessions, type Session } from "../../../functions/shared/tables/SessionRepository";
import { apiEvent, TestPsp } from "./support";

const CARD = "4242424242424242";
const ARN = "arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:secret-psp-local";

/** A document client that answers from a list, and keeps what it was sent. */
function fakeTable(...answers: (object | Error)[]): {
  client: DynamoDBDocumentClient;
  inputs: Record<string, unknown>[];
} {
  const inputs: Record<string, unknown>[] = [];
  const send = async (command: { input: Record<string, unknown> }) => {
    inputs.push(command.input);
    const answer = answers.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, inputs };
}

const conditionFailed = (): Error =>
  Object.assign(new Error("no"), { name: "ConditionalCheckFailedException" });

describe("environment", () => {
  it("names every variable that is wrong and shows no value", () => {
    assert.throws(
      () =>
        readEnvironment(["DATABASE_HOST", "PSP_BASE_URL", "PLACE"], {
          PSP_BASE_URL: "http://insecure",
          PLACE: "moon",
        }),
      (error: Error) =>
        error instanceof InvalidEnvironment &&
        ["DATABASE_HOST", "PSP_BASE_URL", "PLACE"].every((name) => error.message.includes(name)) &&
        !/insecure|moon/.test(error.message),
    );
  });

  it("fills defaults in and splits lists", () => {
    const values = readEnvironment(
      ["DATABASE_PORT", "NOTIFICATION_PRIVATE_HOSTS", "PAYMENT_LIMIT_MINOR_UNITS"],
      {
        NOTIFICATION_PRIVATE_HOSTS: "127.0.0.1, Hook.Test ,",
      },
    );

    assert.deepEqual(values, {
      DATABASE_PORT: 5432,
      NOTIFICATION_PRIVATE_HOSTS: ["127.0.0.1", "hook.test"],
      PAYMENT_LIMIT_MINOR_UNITS: 99_999_999,
    });
  });
});

describe("secrets", () => {
  const schema = z.object({ apiKey: z.string().min(8) });

  it("satisfies R25: are read with an age limit, and afresh when asked", async () => {
    const options: object[] = [];
    const reader = secretReader(ARN, schema, {
      get: async (_, given) => {
        options.push(given);
        return '{"apiKey":"12345678"}';
      },
    });

    await reader.read();
    await reader.read({ fresh: true });

    assert.deepEqual(options, [
      { maxAge: 300, forceFetch: false },
      { maxAge: 300, forceFetch: true },
    ]);
  });

  for (const text of ["not json topsecret", '{"apiKey":"topsec"}', undefined]) {
    it(`that are unusable are named but not shown: ${typeof text}`, async () => {
      await assert.rejects(
        secretReader(ARN, schema, { get: async () => text }).read(),
        (error: Error) =>
          error instanceof UnusableSecret && error.message.includes(ARN) && !error.message.includes("topsec"),
      );
    });
  }
});

describe("tables", () => {
  const result = { paymentId: "pay_x", version: 4 } as PaymentResult;

  it("take a result only if its version is newer", async () => {
    const { client, inputs } = fakeTable({}, conditionFailed(), new Error("throttled"));
    const results = new DynamoResults(client, "results");

    assert.equal(await results.put(result), "written");
    assert.equal(await results.put(result), "superseded");
    await assert.rejects(results.put(result), /throttled/);
    assert.equal(
      inputs[0]?.["ConditionExpression"],
      "attribute_not_exists(paymentId) OR #version < :version",
    );
  });

  it("keep the first session of an id, with the minute it is found by and its end", async () => {
    const { client, inputs } = fakeTable({}, conditionFailed());
    const sessions = new DynamoSessions(client, "sessions");
    const session: Session = {
      paymentId: "pay_x",
      targetPaymentId: "pay_x",
      kind: "authorize",
      merchantId: "mer_x",
      idempotencyKey: "key-12345",
      request: "{}",
      status: "accepted",
      acceptedAt: new Date("2026-11-24T09:05:59.123Z"),
      epoch: 1,
    };

    assert.deepEqual(
      [await sessions.ensure(session), await sessions.ensure(session)],
      ["written", "present"],
    );
    const item = inputs[0]?.["Item"] as Record<string, unknown>;
    assert.equal(item["acceptedMinute"], "2026-11-24T09:05");
    // Seconds, not milliseconds: DynamoDB ignores a TTL that lies too far away.
    assert.equal(item["expiresAt"], Date.parse("2026-11-24T09:05:59Z") / 1000 + 45 * 86_400);
  });

  it("do not make a session that is not there", async () => {
    const { client, inputs } = fakeTable(conditionFailed());

    await new DynamoSessions(client, "sessions").updateStatus("pay_x", "succeeded", new Date());

    assert.match(String(inputs[0]?.["ConditionExpression"]), /attribute_exists\(paymentId\)/);
  });
});

describe("requests", () => {
  it("keep the bytes as they arrived", () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const event = { ...apiEvent({}), body: bytes.toString("base64"), isBase64Encoded: true };

    assert.deepEqual(fromApiGateway(event).body, bytes);
  });

  it("take a harmless correlation id, and make their own instead of any other", () => {
    const id = (value: string) =>
      fromApiGateway(apiEvent({ headers: { "X-Correlation-ID": value } })).correlationId;

    assert.equal(id("order-7.attempt-2"), "order-7.attempt-2");
    for (const bad of [CARD, "a\nb-injected", "x", `${"y".repeat(65)}`]) assert.notEqual(id(bad), bad);
  });

  it("read a load balancer's multi-value headers", () => {
    const event = {
      httpMethod: "GET",
      path: "/health",
      multiValueHeaders: { "PSP-Signature": ["a", "b"] },
      body: null,
      isBase64Encoded: false,
    } as unknown as ALBEvent;

    assert.equal(fromLoadBalancer(event).headers["psp-signature"], "b");
  });
});

describe("the PSP's key", () => {
  const request = {
    idempotencyKey: "pay_x",
    paymentId: "pay_x",
    amount: 1,
    currency: "SGD",
    paymentMethod: "pm_ok",
    capture: true,
  };
  const refused: PspOutcome = {
    kind: "rejected",
    status: 401,
    failure: { code: "unauthorized", message: "" },
  };

  it("is read again after a refusal, and the call made once more with the new one", async () => {
    let apiKey = "old";
    const keys: string[] = [];
    const provider = new RotatingPaymentServiceProvider(
      {
        read: async (options) => {
          if (options?.fresh) apiKey = "new";
          return { apiKey, notificationKey: "unused" };
        },
      },
      (key) => {
        const psp = new TestPsp();
        psp.authorize = async () => {
          keys.push(key);
          return key === "new" ? { kind: "succeeded", pspReference: "psp_1" } : refused;
        };
        return psp;
      },
    );

    assert.equal((await provider.authorize(request)).kind, "succeeded");
    assert.deepEqual(keys, ["old", "new"]);
  });

  it("is not tried twice when it has not changed", async () => {
    let calls = 0;
    const provider = new RotatingPaymentServiceProvider(
      { read: async () => ({ apiKey: "same", notificationKey: "x" }) },
      () => {
        const psp = new TestPsp();
        psp.authorize = async () => {
          calls += 1;
          return refused;
        };
        return psp;
      },
    );

    assert.equal((await provider.authorize(request)).kind, "rejected");
    assert.equal(calls, 1);
  });
});
