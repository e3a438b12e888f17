import assert from "node:assert/strict";
import type { RDSClient } from "@aws-sdk/client-rds";
import { RdsGlobalDatabase } from "../../../functions/database-control/GlobalDatabase";
import { createHandler } from "../../../functions/database-control/handler";
import { operationOf } from "./failoverSupport";
import { TestLog } from "./support";

const PRIMARY = "arn:aws:rds:ap-southeast-1:123456789012:cluster:dbcluster-payments-apse1-local";
const DR = "arn:aws:rds:ap-southeast-2:123456789012:cluster:dbcluster-payments-apse2-local";

/** RDS of both Regions: what is asked where, and the global cluster's answers. */
class Rds {
  readonly calls: { region: string; command: string; input: Record<string, unknown> }[] = [];
  writer = PRIMARY;
  members = [PRIMARY, DR];
  change: { Status: string; ToDbClusterArn: string } | undefined;
  /** Thrown by the next promotion, after `afterwards` ran. */
  fault: Error | undefined;
  afterwards: () => void = () => undefined;
  isGone = false;

  client(region: string): RDSClient {
    return {
      send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
        const name = command.constructor.name.replace(/Command$/, "");
        if (name === "DescribeGlobalClusters") return this.#description();
        this.calls.push({ region, command: name, input: command.input });
        this.afterwards();
        if (this.fault) throw this.fault;
        return {};
      },
    } as unknown as RDSClient;
  }

  #description(): object {
    if (this.isGone) throw fault("GlobalClusterNotFoundFault");
    const GlobalClusterMembers = this.members.map((arn) => ({
      DBClusterArn: arn,
      IsWriter: arn === this.writer,
    }));
    return {
      GlobalClusters: [
        { Status: this.change?.Status ?? "available", GlobalClusterMembers, FailoverState: this.change },
      ],
    };
  }
}

function fault(name: string): Error {
  return Object.assign(new Error("the cluster is not in a state for it"), { name });
}

describe("database control", () => {
  let rds: Rds;
  let looks: number;
  let isWitnessAway: boolean;
  let handle: (event: unknown) => Promise<unknown>;
  const promote = (mode: "failover" | "switchover", dryRun = false): Promise<unknown> =>
    handle({ action: "promote", mode, operation: operationOf({ mode, dryRun }) });
  const target = { GlobalClusterIdentifier: "globalcluster-payments-local", TargetDbClusterIdentifier: DR };

  beforeEach(() => {
    rds = new Rds();
    const database = new RdsGlobalDatabase(
      rds.client("ap-southeast-2"),
      rds.client("ap-southeast-1"),
      "globalcluster-payments-local",
    );
    looks = 0;
    isWitnessAway = false;
    handle = createHandler({
      ...{ log: new TestLog(), database, clusterArn: DR },
      watchWitness: async () => {
        looks += 1;
        if (isWitnessAway) throw new Error("the table is away");
      },
    });
  });

  it("satisfies R18: fails over with data loss at the endpoint of the Region that is promoted", async () => {
    const answer = await promote("failover");

    assert.deepEqual(answer, { started: true });
    assert.deepEqual(rds.calls, [
      {
        region: "ap-southeast-2",
        command: "FailoverGlobalCluster",
        input: { ...target, AllowDataLoss: true },
      },
    ]);
  });

  it("satisfies R22: switches over at the endpoint of the current writer", async () => {
    const answer = await promote("switchover");

    assert.deepEqual(answer, { started: true });
    assert.deepEqual(rds.calls, [
      { region: "ap-southeast-1", command: "SwitchoverGlobalCluster", input: target },
    ]);
  });

  it("starts nothing when the cluster is the writer, or on its way to be", async () => {
    rds.writer = DR;
    assert.deepEqual(await promote("failover"), { started: false });

    rds.writer = PRIMARY;
    for (const Status of ["pending", "failing-over", "switching-over"]) {
      rds.change = { Status, ToDbClusterArn: DR };
      assert.deepEqual(await promote("failover"), { started: false });
    }
    assert.deepEqual(rds.calls, []);
  });

  it("takes a repeat for done whose first answer was lost", async () => {
    rds.fault = fault("InvalidGlobalClusterStateFault");
    rds.afterwards = () => {
      rds.change = { Status: "failing-over", ToDbClusterArn: DR };
    };

    assert.deepEqual(await promote("failover"), { started: false });
  });

  it("names a refusal, and lets an outage of RDS be tried again", async () => {
    rds.fault = fault("InvalidDBClusterStateFault");
    await assert.rejects(promote("failover"), {
      name: "PromotionRefused",
      message: /InvalidDBClusterStateFault/,
    });

    rds.fault = fault("TimeoutError");
    await assert.rejects(promote("switchover"), { name: "TimeoutError" });
  });

  it("goes on with a cluster that an operator has detached: it is a writer of its own", async () => {
    rds.members = [PRIMARY];
    assert.deepEqual(await promote("failover"), { started: false });
    assert.deepEqual(await handle({ action: "progress" }), { writer: true, status: "detached" });
    assert.deepEqual(rds.calls, []);
  });

  it("refuses to switch over without a member, a cluster that is gone, and a change to somebody else", async () => {
    rds.members = [PRIMARY];
    await assert.rejects(promote("switchover"), {
      name: "PromotionRefused",
      message: /not in the global cluster/,
    });
    rds.isGone = true;
    await assert.rejects(promote("failover"), { name: "PromotionRefused", message: /no global cluster/ });
    rds.isGone = false;
    rds.members = [PRIMARY, DR];
    rds.change = { Status: "cancelling", ToDbClusterArn: DR };
    await assert.rejects(promote("failover"), { name: "PromotionRefused", message: /cancelling/ });
    assert.deepEqual(rds.calls, []);
  });

  it("promotes nothing in a rehearsal", async () => {
    await assert.rejects(promote("failover", true), { name: "InvalidAction" });
    assert.deepEqual(rds.calls, []);
  });

  it("looks at the witness with every look at the promotion, and goes on without it", async () => {
    await handle({ action: "progress" });
    isWitnessAway = true;
    const answer = await handle({ action: "progress" });

    assert.equal(looks, 2);
    assert.deepEqual(answer, { writer: false, status: "available" });
  });

  it("tells how far a promotion is in RDS's own words", async () => {
    rds.change = { Status: "failing-over", ToDbClusterArn: DR };
    assert.deepEqual(await handle({ action: "progress" }), {
      writer: false,
      status: "failing-over, failing-over",
    });

    rds.change = undefined;
    rds.writer = DR;
    assert.deepEqual(await handle({ action: "progress" }), { writer: true, status: "available" });

    rds.isGone = true;
    assert.deepEqual(await handle({ action: "progress" }), {
      writer: false,
      status: "there is no global cluster",
    });
  });
});
