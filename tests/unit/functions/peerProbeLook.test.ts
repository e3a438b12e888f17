import assert from "node:assert/strict";
import type { RDSClient } from "@aws-sdk/client-rds";
import { clusterStatus, unfitness } from "../../../functions/peer-probe/fitness";
import { lookAtPeer, type Look } from "../../../functions/peer-probe/look";
import type { StatusAnswer } from "../../../functions/shared/regions/peerStatus";

const SERVES: Look = { ok: true, reason: "serves" };

describe("peer probe", () => {
  describe("one look", () => {
    const status = (place: "primary" | "dr", traffic: boolean): StatusAnswer => ({
      ...{ reachable: true, traffic },
      status: {
        ...{ place, region: "apse1", role: "ACTIVE", epoch: 1, database: traffic ? "writable" : "read_only" },
        ...{ serviceAlarm: "OK", summary: `role=ACTIVE traffic=${traffic ? "yes" : "no"}` },
      },
    });
    const serving = { role: "ACTIVE", epoch: 1, traffic: true } as const;
    const silent: StatusAnswer = { reachable: false, reason: "no answer within the time limit" };
    const look = async (
      direct: StatusAnswer,
      publicName: StatusAnswer,
      reads: { direct?: string; publicName?: string } = {},
    ): Promise<Look> =>
      lookAtPeer({
        place: "dr",
        direct: { look: async () => direct },
        publicName: { look: async () => publicName },
        readDirect: async () => reads.direct,
        readPublicName: async () => reads.publicName,
      });

    it("finds the peer serving by either name", async () => {
      assert.deepEqual(await look(status("primary", true), silent), { ...SERVES, peer: serving });
      assert.deepEqual(await look(silent, status("primary", true)), {
        ...{ ok: true, reason: "serves by the public name; peer's name: no answer within the time limit" },
        peer: serving,
      });
    });

    it("finds it lost when no name leads to it, or it says no of itself", async () => {
      assert.deepEqual(await look(silent, status("dr", true)), {
        ...{ ok: false, reason: "peer's name: no answer within the time limit; public name: leads to dr" },
        peer: undefined,
      });
      assert.match(
        (await look(status("primary", false), status("primary", false))).reason,
        /^peer's name: traffic=no \(role ACTIVE, database read_only, service alarm OK\)/,
      );
    });

    it("finds it lost when the question on the way that works is not answered", async () => {
      const answer = await look(status("primary", true), silent, { direct: "answered 503" });
      assert.deepEqual(answer, { ok: false, reason: "synthetic read: answered 503", peer: serving });

      const other = await look(silent, status("primary", true), { direct: "answered 503" });
      assert.equal(other.ok, true);
    });
  });

  describe("one look at a peer that takes over", () => {
    it("asks it no question that it cannot answer yet", async () => {
      const takingOver: StatusAnswer = {
        ...{ reachable: true, traffic: true },
        status: {
          ...{ place: "primary", region: "apse1", role: "TAKING_OVER", epoch: 2, database: "not_asked" },
          ...{ serviceAlarm: "OK", summary: "role=TAKING_OVER traffic=yes" },
        },
      };
      const look = async () => takingOver;
      const read = () => Promise.reject(new Error("nobody asks"));

      const seen = await lookAtPeer({
        ...{ place: "dr", direct: { look }, publicName: { look } },
        ...{ readDirect: read, readPublicName: read },
      });

      assert.deepEqual([seen.ok, seen.reason], [true, "takes over"]);
    });
  });

  describe("fitness", () => {
    const ownStatus = (place: "primary" | "dr"): StatusAnswer => ({
      ...{ reachable: true, traffic: false },
      status: {
        ...{ place, region: "apse2", role: "STANDBY", epoch: 1, database: "not_asked" },
        ...{ serviceAlarm: "UNKNOWN", summary: "role=STANDBY traffic=no" },
      },
    });
    const fitness = (
      own: StatusAnswer,
      database: () => Promise<string | undefined>,
    ): Promise<string | undefined> =>
      unfitness({ place: "dr", ownApi: { look: async () => own }, clusterStatus: database });

    it("needs the own API and an available cluster", async () => {
      assert.equal(await fitness(ownStatus("dr"), async () => "available"), undefined);
    });

    it("names everything that is missing", async () => {
      const away: StatusAnswer = { reachable: false, reason: "refused" };
      assert.equal(
        await fitness(away, async () => undefined),
        "its own API does not answer (refused); its database cluster is absent",
      );
      assert.equal(
        await fitness(ownStatus("primary"), async () => "stopped"),
        "its own name leads to primary; its database cluster is stopped",
      );
      const rdsFault = Object.assign(new Error("no answer"), { name: "TimeoutError" });
      assert.equal(
        await fitness(ownStatus("dr"), () => Promise.reject(rdsFault)),
        "RDS does not answer (TimeoutError)",
      );
    });

    it("asks RDS for the cluster's status, and knows when there is none", async () => {
      const rds = (answer: object | Error): RDSClient =>
        ({
          send: async () => {
            if (answer instanceof Error) throw answer;
            return answer;
          },
        }) as unknown as RDSClient;
      const absent = Object.assign(new Error("not found"), { name: "DBClusterNotFoundFault" });

      assert.equal(await clusterStatus(rds({ DBClusters: [{ Status: "available" }] }), "arn"), "available");
      assert.equal(await clusterStatus(rds(absent), "arn"), undefined);
      await assert.rejects(clusterStatus(rds(new Error("other")), "arn"), { message: "other" });
    });
  });
});
