import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { ALBEvent, CloudFormationCustomResourceEvent } from "aws-lambda";
import * as z from "zod";
import { createHandler as createRegionRole } from "../../../functions/region-role/handler";
import {
  createHandler as createSchemaMigration,
  type AdminClient,
} from "../../../functions/schema-migration/handler";
import { putAnswer } from "../../../functions/shared/customResource";
import { InvalidEnvironment, readEnvironment } from "../../../functions/shared/environment";
import { fromApiGateway, fromLoadBalancer } from "../../../functions/shared/http/request";
import { createLogger } from "../../../functions/shared/observability/logger";
import type { PspOutcome } from "../../../functions/shared/psp/PaymentServiceProvider";
import { RotatingPaymentServiceProvider } from "../../../functions/shared/psp/RotatingPaymentServiceProvider";
import {
  DynamoRegionState,
  RegionNotActive,
  RegionStateUnreadable,
  type RegionState,
} from "../../../functions/shared/regions/regionState";
import { secretReader, UnusableSecret } from "../../../functions/shared/secrets/SecretReader";
import { DynamoResults, type PaymentResult } from "../../../functions/shared/tables/ResultRepository";
import { DynamoSessions } from "../../../functions/shared/tables/SessionRepository";
import { apiEvent, CONTEXT, TestClock, TestLog, TestPsp, TestRegionState } from "./support";

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

describe("log", () => {
  const linesOf = (write: () => void): string => {
    const lines: string[] = [];
    const original = process.stdout.write.bind(process.stdout);
    const originalError = process.stderr.write.bind(process.stderr);
    const keep = (chunk: string | Uint8Array): boolean => lines.push(String(chunk)) > 0;
    process.stdout.write = keep as typeof process.stdout.write;
    process.stderr.write = keep as typeof process.stderr.write;
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

  it("are read with an age limit, and afresh when asked", async () => {
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

describe("region state", () => {
  const item = { recordId: "role", role: "ACTIVE", epoch: 3, updatedAt: "2026-11-24T09:00:00.000Z" };

  it("is read strongly consistently", async () => {
    const { client, inputs } = fakeTable({ Item: item });

    const state = await new DynamoRegionState(client, "table").requireActive();

    assert.equal(state.epoch, 3);
    assert.equal(inputs[0]?.["ConsistentRead"], true);
  });

  for (const [name, answer] of [
    ["absent", {}],
    ["malformed", { Item: { ...item, role: "BOSS" } }],
    ["out of reach", new Error("timeout")],
  ] as const) {
    it(`does not admit writes when the record is ${name}`, async () => {
      await assert.rejects(
        new DynamoRegionState(fakeTable(answer).client, "table").read(),
        RegionStateUnreadable,
      );
      await assert.rejects(
        new DynamoRegionState(fakeTable(answer).client, "table").requireActive(),
        RegionNotActive,
      );
    });
  }

  it("obeys further rules, as the lease will be", async () => {
    const state = new DynamoRegionState(fakeTable({ Item: item }).client, "table", [
      () => "the lease is too old",
    ]);

    await assert.rejects(state.requireActive(), /the lease is too old/);
  });

  it("is seeded only where there is none", async () => {
    const { client, inputs } = fakeTable({}, conditionFailed());
    const state = new DynamoRegionState(client, "table");
    const record: RegionState = { role: "ACTIVE", epoch: 1, updatedAt: "2026-11-24T09:00:00.000Z" };

    assert.deepEqual([await state.seed(record), await state.seed(record)], [true, false]);
    assert.equal(inputs[0]?.["ConditionExpression"], "attribute_not_exists(recordId)");
  });
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
    const session = {
      ...{ paymentId: "pay_x", targetPaymentId: "pay_x", kind: "authorize", merchantId: "mer_x" },
      ...{ idempotencyKey: "key-12345", request: "{}", status: "accepted", epoch: 1 },
      acceptedAt: new Date("2026-11-24T09:05:59.123Z"),
    } as const;

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

describe("custom resources", () => {
  const event = (
    RequestType: "Create" | "Update" | "Delete",
    properties: object = {},
  ): CloudFormationCustomResourceEvent =>
    ({
      RequestType,
      ResponseURL: "https://answers.example/?X-Amz-Signature=1",
      StackId: "stack",
      RequestId: "request",
      LogicalResourceId: "Resource",
      ...(RequestType !== "Create" && { PhysicalResourceId: "from-before" }),
      ResourceProperties: { ServiceToken: "token", ...properties },
    }) as unknown as CloudFormationCustomResourceEvent;
  let answers: Record<string, unknown>[];
  const put = async (_: string, body: string): Promise<void> =>
    void answers.push(JSON.parse(body) as Record<string, unknown>);
  beforeEach(() => {
    answers = [];
  });

  describe("region role", () => {
    const seeded: RegionState[] = [];
    const role = (place: "primary" | "dr", written = true) =>
      createRegionRole({
        ...{ place, put, clock: new TestClock(), log: new TestLog(), physicalResourceId: "region-role" },
        seed: async (state) => {
          seeded.push(state);
          return written;
        },
      });
    beforeEach(() => {
      seeded.length = 0;
    });

    it("makes primary active and dr a standby, at epoch 1", async () => {
      await role("primary")(event("Create"), CONTEXT);
      await role("dr")(event("Create"), CONTEXT);

      assert.deepEqual(
        seeded.map(({ role: name, epoch }) => [name, epoch]),
        [
          ["ACTIVE", 1],
          ["STANDBY", 1],
        ],
      );
      assert.deepEqual(
        [answers[0]?.["Status"], answers[0]?.["PhysicalResourceId"]],
        ["SUCCESS", "region-role"],
      );
    });

    it("makes a primary that is rebuilt after a failover a standby of the live epoch", async () => {
      await role("primary")(event("Create", { ActivePlace: "dr", Epoch: "2" }), CONTEXT);

      assert.deepEqual([seeded[0]?.role, seeded[0]?.epoch], ["STANDBY", 2]);
    });

    it("succeeds when there is a record already, and touches nothing on deletion", async () => {
      await role("primary", false)(event("Update"), CONTEXT);
      await role("primary")(event("Delete"), CONTEXT);

      assert.deepEqual(
        answers.map(({ Status }) => Status),
        ["SUCCESS", "SUCCESS"],
      );
      assert.deepEqual(
        answers.map(({ PhysicalResourceId }) => PhysicalResourceId),
        ["from-before", "from-before"],
      );
      assert.equal(seeded.length, 1);
    });

    it("answers FAILED, and does not throw, for an epoch that belongs to the other place", async () => {
      await role("primary")(event("Create", { Epoch: "2" }), CONTEXT);

      assert.equal(answers[0]?.["Status"], "FAILED");
      assert.match(String(answers[0]?.["Reason"]), /Epoch/);
      assert.equal(seeded.length, 0);
    });
  });

  describe("schema migration", () => {
    const migrate = (options: {
      place: "primary" | "dr";
      state?: TestRegionState;
      connect: () => Promise<AdminClient>;
    }) =>
      createSchemaMigration({
        ...{ put, log: new TestLog(), physicalResourceId: "payments-schema", pause: async () => undefined },
        place: options.place,
        regionState: options.state ?? {
          read: async () => {
            throw new RegionStateUnreadable("absent");
          },
          requireActive: async () => {
            throw new Error("not asked");
          },
        },
        connect: options.connect,
        applicationCredentials: async () => ({ username: "payments_app", password: "x" }),
      });
    const neverConnects = async (): Promise<AdminClient> => {
      throw new Error("must not connect");
    };

    it("does nothing on a standby, by role or, before there is one, by place", async () => {
      const state = new TestRegionState();
      state.role = "STANDBY";

      await migrate({ place: "primary", state, connect: neverConnects })(event("Update"), CONTEXT);
      await migrate({ place: "dr", connect: neverConnects })(event("Create"), CONTEXT);
      await migrate({ place: "primary", connect: neverConnects })(event("Delete"), CONTEXT);

      assert.deepEqual(
        answers.map(({ Status }) => Status),
        ["SUCCESS", "SUCCESS", "SUCCESS"],
      );
    });

    it("does nothing on a server in recovery", async () => {
      const statements: string[] = [];
      const client = {
        query: async (text: string) => {
          statements.push(text);
          return { rows: [{ recovering: true }] };
        },
        end: async () => undefined,
      } as unknown as AdminClient;

      await migrate({ place: "primary", connect: async () => client })(event("Create"), CONTEXT);

      assert.equal(answers[0]?.["Status"], "SUCCESS");
      assert.equal(statements.length, 1);
    });

    it("waits for a cluster that is still starting, and answers FAILED when it never does", async () => {
      let left = 60_000;
      const context = { ...CONTEXT, getRemainingTimeInMillis: () => (left -= 10_000) };
      let tries = 0;
      const connect = async (): Promise<AdminClient> => {
        tries += 1;
        throw new Error("connection refused");
      };

      await migrate({ place: "primary", connect })(event("Create"), context);

      assert.ok(tries > 1);
      assert.equal(answers[0]?.["Status"], "FAILED");
    });
  });

  it("answer with an empty content type, as the URL was signed, and again when the first answer got lost", async () => {
    // Prepare
    const requests: { type: string | undefined; method: string | undefined; body: string }[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        requests.push({ type: request.headers["content-type"], method: request.method, body });
        response.writeHead(requests.length === 1 ? 503 : 200).end();
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));

    // Act
    await putAnswer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, '{"a":"é"}');
    server.close();

    // Assess
    assert.deepEqual(requests, Array(2).fill({ type: "", method: "PUT", body: '{"a":"é"}' }));
  });
});
