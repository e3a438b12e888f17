import assert from "node:assert/strict";
import { CommandError } from "../../../../local/cli";
import { letSecondaryLeaveFirst, type Databases } from "../../../../local/deployment/globalDatabase";

const PRIMARY = "arn:aws:rds:ap-southeast-1:123456789012:cluster:dbcluster-payments-apse1-local";
const DR = "arn:aws:rds:ap-southeast-2:123456789012:cluster:dbcluster-payments-apse2-local";

/** RDS with one global cluster; notes what was removed, and where. */
function databases(members: readonly { DBClusterArn: string; IsWriter: boolean }[], refusals: string[] = []) {
  const removed: unknown[] = [];
  const of = (place: string): Databases =>
    ({
      send: async (command: { constructor: { name: string }; input: object }) => {
        if (command.constructor.name === "DescribeGlobalClustersCommand") {
          return {
            GlobalClusters:
              members.length === 0
                ? []
                : [
                    {
                      GlobalClusterIdentifier: "globalcluster-payments-local",
                      GlobalClusterMembers: members,
                    },
                  ],
          };
        }
        if (refusals.length > 0)
          throw Object.assign(new Error("the cluster is busy"), { name: refusals.shift() });
        removed.push({ place, ...command.input });
        return {};
      },
    }) as never;
  return { removed, of };
}

describe("destroying the platform", () => {
  it("lets the primary's cluster leave first when dr has the writer", async () => {
    const rds = databases([
      { DBClusterArn: PRIMARY, IsWriter: false },
      { DBClusterArn: DR, IsWriter: true },
    ]);
    assert.deepEqual(await letSecondaryLeaveFirst(rds.of), [PRIMARY]);
    assert.deepEqual(rds.removed, [
      {
        place: "primary",
        GlobalClusterIdentifier: "globalcluster-payments-local",
        DbClusterIdentifier: PRIMARY,
      },
    ]);
  });

  for (const [title, members] of [
    [
      "primary has the writer",
      [
        { DBClusterArn: PRIMARY, IsWriter: true },
        { DBClusterArn: DR, IsWriter: false },
      ],
    ],
    ["dr's cluster is alone", [{ DBClusterArn: DR, IsWriter: true }]],
    ["nothing is deployed", []],
  ] as const) {
    it(`changes nothing when ${title}`, async () => {
      const rds = databases(members);
      assert.deepEqual(await letSecondaryLeaveFirst(rds.of), []);
      assert.deepEqual(rds.removed, []);
    });
  }

  const moved = [
    { DBClusterArn: PRIMARY, IsWriter: false },
    { DBClusterArn: DR, IsWriter: true },
  ];
  const patience = { attempts: 3, intervalMs: 1 };
  const busy = "InvalidDBClusterStateFault";

  it("waits for a cluster that is busy", async () => {
    const rds = databases(moved, [busy, busy]);
    assert.deepEqual(await letSecondaryLeaveFirst(rds.of, patience), [PRIMARY]);
  });

  for (const refusals of [[busy, busy, busy], ["AccessDenied"]]) {
    it(`says what to do when RDS refuses: ${refusals.join(", ")}`, async () => {
      const rds = databases(moved, [...refusals]);
      await assert.rejects(letSecondaryLeaveFirst(rds.of, patience), (error: Error) => {
        assert.ok(error instanceof CommandError);
        assert.match(error.message, /the cluster is busy/);
        assert.match(error.message, /npm run failover -- failback/);
        return true;
      });
    });
  }
});
