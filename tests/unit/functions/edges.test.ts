import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import type { Client } from "pg";
import { AWS_TIMINGS } from "../../../functions/domain/failover";
import { createHandler as createAuthorizer } from "../../../functions/authorizer/handler";
import { hashApiKey } from "../../../functions/domain/identifiers";
import { signNotification } from "../../../functions/domain/notificationSignature";
import { createHandler as createIntake } from "../../../functions/intake/handler";
import { createHandler as createReceiver } from "../../../functions/psp-notification/handler";
import {
  CommitOutcomeUnknown,
  DatabaseNotWritable,
  DatabaseUnavailable,
} from "../../../functions/shared/database/errors";
import { statusBody } from "../../../functions/shared/regions/peerStatus";
import { createHandler as createStatus } from "../../../functions/status/handler";
import { APPLICATION, TestDatabase } from "../support/postgres";
import { addMerchants, albEvent, apiEvent, MERCHANT, newKey, parsed, World } from "./support";

const PEPPER = "a-pepper-of-some-length";
const NOTIFICATION_KEY = "psp-notification-key-1";
const METHOD_ARN = "arn:aws:execute-api:ap-southeast-1:123456789012:abc123/live/GET/v1/payments";

describe("functions at the platform's edges", function () {
  this.timeout(60_000);
  const postgres = new TestDatabase();
  let admin: Client;
  let world: World;

  before(async () => {
    await postgres.start();
    await postgres.migrate();
    admin = await postgres.client();
    await addMerchants(admin);
  });
  beforeEach(() => {
    world = new World(postgres.database());
  });
  afterEach(() => world.database.close());
  after(async () => {
    await admin.end();
    await postgres.stop();
  });

  describe("authorizer", () => {
    const addKey = async (revoked = false): Promise<string> => {
      const apiKey = `mk_test_${randomBytes(32).toString("base64url")}`;
      await admin.query(
        `INSERT INTO payments.merchant_api_keys (key_id, merchant_id, key_hash, revoked_at)
         VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END)`,
        [`key_${randomBytes(6).toString("hex")}`, MERCHANT, hashApiKey(PEPPER, apiKey), revoked],
      );
      return apiKey;
    };
    const authorize = (authorization: string | undefined) =>
      createAuthorizer({
        ...world.shared,
        secret: {
          read: async () => ({ apiKeyPepper: PEPPER, notificationSigningKey: "unused-but-long-enough" }),
        },
      })({
        type: "REQUEST",
        methodArn: METHOD_ARN,
        headers: { authorization },
      } as unknown as APIGatewayRequestAuthorizerEvent);

    it("names the merchant of a key, for the whole API and no other", async () => {
      const result = await authorize(`Bearer ${await addKey()}`);

      assert.deepEqual(result.context, { merchantId: MERCHANT });
      assert.deepEqual(result.policyDocument.Statement, [
        {
          Action: "execute-api:Invoke",
          Effect: "Allow",
          Resource: "arn:aws:execute-api:ap-southeast-1:123456789012:abc123/live/*",
        },
      ]);
    });

    it("refuses a key from the moment it is revoked", async () => {
      const apiKey = await addKey();
      await authorize(`Bearer ${apiKey}`);
      await admin.query("UPDATE payments.merchant_api_keys SET revoked_at = now() WHERE key_hash = $1", [
        hashApiKey(PEPPER, apiKey),
      ]);

      await assert.rejects(authorize(`Bearer ${apiKey}`), { message: "Unauthorized" });
    });

    it("refuses every key of a suspended merchant", async () => {
      const apiKey = await addKey();
      await admin.query("UPDATE payments.merchants SET status = 'suspended' WHERE merchant_id = $1", [
        MERCHANT,
      ]);
      try {
        await assert.rejects(authorize(`Bearer ${apiKey}`), { message: "Unauthorized" });
      } finally {
        await admin.query("UPDATE payments.merchants SET status = 'active' WHERE merchant_id = $1", [
          MERCHANT,
        ]);
      }
    });

    for (const [name, header] of [
      ["no header", undefined],
      ["an empty header", ""],
      ["another scheme", "Basic bWs6"],
      ["no key", "Bearer "],
      ["a key of another form", "Bearer mk_test_short"],
      ["an unknown key", `Bearer mk_test_${"A".repeat(43)}`],
    ] as const) {
      it(`refuses ${name}`, async () => {
        await assert.rejects(authorize(header), { message: "Unauthorized" });
      });
    }

    it("lets a request of a standby go on without a merchant, so that it is answered 503 with Retry-After", async () => {
      const apiKey = await addKey();
      world.regionState.role = "STANDBY";

      const result = await authorize(`Bearer ${apiKey}`);
      const answer = parsed(
        await createIntake(world.accepting)(apiEvent({ body: {}, key: newKey(), merchantId: null })),
      );

      assert.deepEqual(result.context, {});
      assert.equal(answer.status, 503);
      assert.ok(answer.headers["Retry-After"]);
    });
  });

  describe("PSP notifications", () => {
    const receive = async (body: string, signature: string | undefined, path = "/v1/notifications/psp") => {
      const event = albEvent({
        path,
        body,
        headers: signature === undefined ? {} : { "psp-signature": signature },
      });
      return parsed(
        await createReceiver({
          ...world.accepting,
          secret: { read: async () => ({ apiKey: "unused", notificationKey: NOTIFICATION_KEY }) },
        })(event),
      );
    };
    const sign = (body: string, key = NOTIFICATION_KEY, at = new Date()) =>
      signNotification(key, Buffer.from(body), at);
    const notificationFor = async (): Promise<string> => {
      const body = { amount: 500, currency: "SGD", payment_method: "pm_ok" };
      const answer = parsed(await createIntake(world.accepting)(apiEvent({ body, key: newKey() })));
      world.queue.messages.length = 0;
      return JSON.stringify({
        id: `ntf_${randomBytes(8).toString("hex")}`,
        type: "operation.succeeded",
        operation_id: answer.json["id"],
        merchant_reference: answer.json["id"],
        psp_reference: "psp_1",
        occurred_at: new Date().toISOString(),
      });
    };

    it("takes a signed notification once and puts it on the payment queue", async () => {
      const body = await notificationFor();

      const first = await receive(body, sign(body));
      const second = await receive(body, sign(body));

      assert.equal(first.status, 202);
      assert.deepEqual([second.status, second.json["code"]], [409, "notification_replayed"]);
      assert.deepEqual(
        world.queue.messages.map(({ type }) => type),
        ["psp.notification"],
      );
    });

    it("refuses what is unsigned, signed by another, changed, or old, and writes nothing", async () => {
      const body = await notificationFor();
      const old = new Date(Date.now() - 301_000);

      const answers = [
        await receive(body, undefined),
        await receive(body, sign(body, "another-key-of-length")),
        await receive(`${body} `, sign(body)),
        await receive(body, sign(body, NOTIFICATION_KEY, old)),
      ];

      assert.deepEqual(
        answers.map(({ status, json }) => [status, json["code"]]),
        [
          [401, "signature_missing"],
          [401, "signature_invalid"],
          [401, "signature_invalid"],
          [401, "signature_expired"],
        ],
      );
      assert.equal(world.queue.messages.length, 0);
      assert.equal((await receive(body, sign(body))).status, 202);
    });

    it("refuses a notification of an operation that is not there", async () => {
      const body = (await notificationFor()).replace(
        /"merchant_reference":"[^"]+"/,
        `"merchant_reference":"pay_${"z".repeat(26)}"`,
      );

      assert.equal((await receive(body, sign(body))).json["code"], "payment_not_found");
    });

    it("is healthy on a standby, which takes no notification", async () => {
      const body = await notificationFor();
      world.regionState.role = "STANDBY";

      assert.equal((await receive("", undefined, "/health")).status, 200);
      assert.equal((await receive(body, sign(body))).status, 503);
    });
  });

  describe("status", () => {
    const status = async (path: string, database = world.database) => {
      const handler = createStatus({
        ...world.shared,
        database,
        place: "primary",
        regionCode: "apse1",
        timings: AWS_TIMINGS,
      });
      return handler(apiEvent({ method: "GET", path, merchantId: null }));
    };

    for (const [role, expected] of [
      ["ACTIVE", "traffic=yes"],
      ["TAKING_OVER", "traffic=yes"],
      ["STANDBY", "traffic=no"],
      ["FENCED", "traffic=no"],
    ] as const) {
      it(`says ${expected} while ${role}`, async () => {
        world.regionState.role = role;

        const answer = await status("/status");

        assert.equal(answer.statusCode, 200);
        assert.equal(answer.headers["Cache-Control"], "no-store");
        assert.ok(answer.body.includes(expected));
        assert.ok(!answer.body.includes(expected === "traffic=yes" ? "traffic=no" : "traffic=yes"));
      });
    }

    it("says traffic=no while its database is away or read-only", async () => {
      const away = await status("/status", postgres.unreachableDatabase());
      await admin.query("ALTER DATABASE payments SET default_transaction_read_only = on");
      const readOnly = await status("/status", postgres.database());
      await admin.query("SET default_transaction_read_only = off");
      await admin.query("ALTER DATABASE payments RESET default_transaction_read_only");

      assert.match(away.body, /"unreachable".*traffic=no/);
      assert.match(readOnly.body, /"read_only".*traffic=no/);
    });

    it("shows FENCED and says traffic=no once its lease is over", async () => {
      world.regionState.hasLease = false;

      const { body } = await status("/status");

      assert.match(body, /"role":"FENCED".*"database":"not_asked".*traffic=no/);
    });

    it("says traffic=no while its service alarm is red, and not for want of data", async () => {
      world.regionState.serviceAlarm = "ALARM";
      const red = await status("/status");
      world.regionState.serviceAlarm = undefined;
      const unknown = await status("/status");

      assert.match(red.body, /"serviceAlarm":"ALARM".*traffic=no/);
      assert.match(unknown.body, /"serviceAlarm":"UNKNOWN".*traffic=yes/);
    });

    it("answers what the peer's lease keeper and probe understand", async () => {
      const { body } = await status("/status");
      assert.ok(statusBody.safeParse(JSON.parse(body)).success);
    });

    it("says traffic=no when it cannot tell its role", async () => {
      world.regionState.read = async () => {
        throw new Error("the table is away");
      };

      const answer = await status("/status");

      assert.equal(answer.statusCode, 503);
      assert.match(answer.body, /traffic=no/);
    });

    it("lives, whatever the role", async () => {
      world.regionState.role = "FENCED";
      assert.equal((await status("/health")).statusCode, 200);
    });
  });

  describe("database", () => {
    it("satisfies R25: reads the secret again when the password was rotated, and the caller notices nothing", async () => {
      // Prepare
      const reads: boolean[] = [];
      let password = "the-old-one";
      const database = postgres.database({
        credentials: {
          read: async (options) => {
            reads.push(options?.fresh === true);
            if (options?.fresh) password = APPLICATION.password;
            return { username: APPLICATION.username, password };
          },
        },
      });

      // Act
      const answer = await database.query<{ one: number }>("SELECT 1 AS one");

      // Assess
      assert.equal(answer.rows[0]?.one, 1);
      assert.deepEqual(reads, [false, true, false]);
    });

    it("satisfies R30: refuses a server whose certificate no trusted authority signed", async () => {
      const database = postgres.database({ trust: "aws" });

      await assert.rejects(database.query("SELECT 1"), /self-signed certificate|unable to verify/);
    });

    it("runs a transaction once more when its connection is ended before the commit", async () => {
      let runs = 0;

      const result = await world.database.withTransaction(async (transaction) => {
        runs += 1;
        const pid = await transaction.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        if (runs === 1) await admin.query("SELECT pg_terminate_backend($1)", [pid.rows[0]?.pid]);
        await transaction.query("SELECT 1");
        return runs;
      });

      assert.equal(result, 2);
    });

    it("does not run a transaction again whose commit may have worked", async () => {
      let runs = 0;

      await assert.rejects(
        world.database.withTransaction(async (transaction) => {
          runs += 1;
          const pid = await transaction.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
          await admin.query("SELECT pg_terminate_backend($1)", [pid.rows[0]?.pid]);
          // Let the connection's end arrive, so that COMMIT is what meets it.
          await new Promise((resolve) => setTimeout(resolve, 100));
        }),
        CommitOutcomeUnknown,
      );
      assert.equal(runs, 1);
    });

    it("plans a statement once for a connection", async () => {
      const database = postgres.database({ poolSize: 1 });
      for (let round = 0; round < 3; round += 1) await database.query("SELECT $1::int AS number", [round]);

      const plans = await database.query<{ statement: string; uses: string }>(
        "SELECT statement, generic_plans + custom_plans AS uses FROM pg_prepared_statements",
      );

      assert.deepEqual(plans.rows, [{ statement: "SELECT $1::int AS number", uses: "3" }]);
    });

    it("plans a statement anew when a migration has changed what it reads", async () => {
      const database = postgres.database({ poolSize: 1 });
      const read = () => database.query("SELECT * FROM payments.psp_notifications WHERE type = $1", ["none"]);
      await read();
      await admin.query("ALTER TABLE payments.psp_notifications ADD COLUMN note text");
      try {
        assert.ok((await read()).fields.some(({ name }) => name === "note"));
      } finally {
        await admin.query("ALTER TABLE payments.psp_notifications DROP COLUMN note");
      }
    });

    it("says that it is away, and that it takes no writes", async () => {
      await assert.rejects(postgres.unreachableDatabase().query("SELECT 1"), DatabaseUnavailable);
      await assert.rejects(
        world.database.withTransaction(async (transaction) => {
          await transaction.query("SET TRANSACTION READ ONLY");
          await transaction.query("DELETE FROM payments.outbox");
        }),
        DatabaseNotWritable,
      );
    });
  });
});
