import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { join } from "node:path";
import { marshall } from "@aws-sdk/util-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBRecord } from "aws-lambda";
import type { Client } from "pg";
import { verifyNotification } from "../../../functions/domain/notificationSignature";
import { createHandler as createIntake } from "../../../functions/intake/handler";
import {
  createHandler,
  merchantSigningKey,
  type EventDependencies,
} from "../../../functions/payment-events/handler";
import {
  ForbiddenNotificationUrl,
  NotificationFailed,
  postNotification,
  type Notification,
} from "../../../functions/payment-events/postNotification";
import { isPublicAddress } from "../../../functions/payment-events/privateNetworks";
import { objectKey, S3TransactionLog } from "../../../functions/payment-events/transactionLog";
import { createHandler as createProcessor } from "../../../functions/processor/handler";
import type { PaymentResult } from "../../../functions/shared/tables/ResultRepository";
import { makePki } from "../postgres/support";
import { TestDatabase } from "../support/postgres";
import { addMerchants, apiEvent, CONTEXT, MERCHANT, newKey, sqsEvent, World } from "./support";

const SECRET = { apiKeyPepper: "a-pepper-of-some-length", notificationSigningKey: "a-signing-key-of-length" };

describe("payment events", function () {
  this.timeout(60_000);
  const postgres = new TestDatabase();
  let admin: Client;
  let world: World;
  let posted: Notification[];
  let objects: Map<string, PaymentResult>;
  let dependencies: EventDependencies;

  before(async () => {
    await postgres.start();
    await postgres.migrate();
    admin = await postgres.client();
    await addMerchants(admin);
    await admin.query(
      "UPDATE payments.merchants SET notification_url = 'https://shop.example/hook' WHERE merchant_id = $1",
      [MERCHANT],
    );
  });
  beforeEach(() => {
    world = new World(postgres.database());
    posted = [];
    objects = new Map();
    dependencies = {
      ...world.shared,
      transactionLog: {
        write: async (result) => {
          const key = objectKey(result);
          if (objects.has(key)) return "present";
          objects.set(key, result);
          return "written";
        },
      },
      secret: { read: async () => SECRET },
      post: async (notification) => void posted.push(notification),
      pause: async () => undefined,
    };
  });
  afterEach(() => world.database.close());
  after(async () => {
    await admin.end();
    await postgres.stop();
  });

  const record = (result: object, eventName: DynamoDBRecord["eventName"] = "INSERT"): DynamoDBRecord =>
    ({
      eventID: "1",
      eventName,
      eventSource: "aws:dynamodb",
      dynamodb: {
        SequenceNumber: String(Math.random()),
        NewImage: eventName === "REMOVE" ? undefined : marshall(result, { removeUndefinedValues: true }),
      },
    }) as unknown as DynamoDBRecord;
  const deliver = async (...records: DynamoDBRecord[]): Promise<number> =>
    (await createHandler(dependencies)({ Records: records }, CONTEXT)).batchItemFailures.length;
  const paidResult = async (): Promise<PaymentResult> => {
    const body = { amount: 1000, currency: "SGD", payment_method: "pm_ok" };
    await createIntake(world.accepting)(apiEvent({ body, key: newKey() }));
    await createProcessor(world.processing)(sqsEvent(world.queue.messages.splice(0)), CONTEXT);
    const result = world.results.stream.at(-1);
    assert.ok(result);
    return result;
  };

  it("writes one object and tells the merchant once, however often the stream delivers", async () => {
    // Prepare
    const result = await paidResult();

    // Act
    await deliver(record(result));
    await deliver(record(result), record(result, "MODIFY"));

    // Assess
    assert.deepEqual([...objects.keys()], [objectKey(result)]);
    assert.match(
      objectKey(result),
      /^payments\/\d{4}\/\d\d\/\d\d\/pay_[a-z2-7]{26}\/000003-evt_[a-z2-7]{26}\.json$/,
    );
    assert.equal(posted.length, 1);
  });

  it("signs what it tells with the merchant's own key", async () => {
    const result = await paidResult();
    await deliver(record(result));

    const [notification] = posted;
    assert.ok(notification);
    const key = merchantSigningKey(SECRET.notificationSigningKey, MERCHANT);
    const signature = notification.headers["payments-signature"];
    verifyNotification([key], Buffer.from(notification.body), signature, new Date());
    assert.throws(() =>
      verifyNotification(
        [merchantSigningKey(SECRET.notificationSigningKey, "another")],
        Buffer.from(notification.body),
        signature,
        new Date(),
      ),
    );
    const told = JSON.parse(notification.body) as { id: string; type: string; data: { status: string } };
    assert.deepEqual(
      [told.id, told.type, told.data.status],
      [result.eventId, "payment.authorized", "succeeded"],
    );
  });

  it("tries three times, then goes on: one merchant's server does not hold up the stream", async () => {
    const result = await paidResult();
    let tries = 0;
    dependencies = {
      ...dependencies,
      post: async () => {
        tries += 1;
        throw new NotificationFailed("away");
      },
    };

    assert.equal(await deliver(record(result)), 0);

    assert.equal(tries, 3);
    assert.equal(objects.size, 1);
  });

  it("tries a forbidden URL once", async () => {
    const result = await paidResult();
    let tries = 0;
    dependencies = {
      ...dependencies,
      post: async () => {
        tries += 1;
        throw new ForbiddenNotificationUrl("a private address");
      },
    };

    await deliver(record(result));

    assert.equal(tries, 1);
  });

  it("reports an event that could not be logged, and tells nobody of it yet", async () => {
    const result = await paidResult();
    dependencies = {
      ...dependencies,
      transactionLog: {
        write: async () => {
          throw new Error("the bucket is away");
        },
      },
    };

    assert.equal(await deliver(record(result)), 1);

    assert.equal(posted.length, 0);
  });

  it("passes over removals and what is no result", async () => {
    assert.equal(await deliver(record({}, "REMOVE"), record({ paymentId: "x" })), 0);
    assert.equal(objects.size, 0);
  });

  it("asks S3 to refuse a second object under the same key", async () => {
    const result = await paidResult();
    const client = new S3Client({ region: "ap-southeast-1" });
    let condition: unknown;
    client.send = async (command: { input: { IfNoneMatch?: string } }) => {
      condition = command.input.IfNoneMatch;
      throw Object.assign(new Error("there"), { name: "PreconditionFailed" });
    };

    assert.equal(await new S3TransactionLog(client, "bucket").write(result), "present");
    assert.equal(condition, "*");
  });

  describe("where notifications may go", () => {
    for (const url of [
      "http://shop.example/hook",
      "https://user:secret@shop.example/",
      "https://shop.example:8443/",
      "https://127.0.0.1/",
      "https://2130706433/",
      "https://0x7f.1/",
      "https://169.254.169.254/latest/meta-data/",
      "https://10.1.2.3/",
      "https://[::1]/",
      "https://[::ffff:10.0.0.1]/",
      "https://[fd00::1]/",
      "https://localhost/",
      "not a url",
    ]) {
      it(`refuses ${url}`, async () => {
        await assert.rejects(
          postNotification({ url, body: "{}", headers: {} }, []),
          ForbiddenNotificationUrl,
        );
      });
    }

    it("knows public addresses from others", () => {
      for (const address of ["8.8.8.8", "52.95.0.1", "2600:1f18::1"])
        assert.ok(isPublicAddress(address), address);
      for (const address of [
        "100.64.0.1",
        "172.31.0.1",
        "192.168.1.1",
        "2002:0a00::1",
        "fe80::1",
        "::",
        "x",
      ]) {
        assert.ok(!isPublicAddress(address), address);
      }
    });

    describe("a host that the configuration lists", () => {
      const directory = mkdtempSync(join(tmpdir(), "payments-hook-"));
      let server: Server;
      let port: number;
      let answer = 200;
      before(async () => {
        const tls = await makePki(directory);
        server = createServer(
          { key: readFileSync(tls.keyFile), cert: readFileSync(tls.certFile) },
          (_, response) => {
            if (answer === 0) return;
            response.writeHead(answer, { location: "https://127.0.0.1/elsewhere" }).end();
          },
        );
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        port = (server.address() as AddressInfo).port;
      });
      after(() => {
        server.closeAllConnections();
        server.close();
        rmSync(directory, { recursive: true });
      });

      it("still has to show a certificate that is trusted", async () => {
        await assert.rejects(
          postNotification({ url: `https://127.0.0.1:${port}/`, body: "{}", headers: {} }, ["127.0.0.1"]),
          (error: Error) => error instanceof NotificationFailed && /certificate/.test(String(error.cause)),
        );
      });

      it("takes no redirect and no error for success, and waits three seconds at most", async () => {
        const trusted = getCACertificates("default");
        setDefaultCACertificates([readFileSync(join(directory, "ca.pem"), "utf8")]);
        try {
          const post = () =>
            postNotification(
              { url: `https://127.0.0.1:${port}/`, body: "{}", headers: {} },
              ["127.0.0.1"],
              300,
            );
          answer = 204;
          await post();
          for (answer of [302, 404, 500, 0]) await assert.rejects(post(), NotificationFailed);
        } finally {
          setDefaultCACertificates(trusted);
        }
      });
    });
  });
});
