import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { CloudFormationCustomResourceEvent } from "aws-lambda";
import { createHandler as createRegionRole } from "../../../functions/region-role/handler";
import {
  createHandler as createSchemaMigration,
  type AdminClient,
} from "../../../functions/schema-migration/handler";
import { putAnswer } from "../../../functions/shared/customResource";
import { RegionStateUnreadable, type RegionState } from "../../../functions/shared/regions/regionState";
import { CONTEXT, TestClock, TestLog, TestRegionState } from "./support";

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

    it("gives a lease to the Region that starts active, and to no other", async () => {
      await role("primary")(event("Create"), CONTEXT);
      await role("dr")(event("Create"), CONTEXT);

      assert.deepEqual(seeded[0]?.leaseRenewedAt, seeded[0]?.updatedAt);
      assert.equal(seeded[1]?.leaseRenewedAt, undefined);
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
