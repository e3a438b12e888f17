import assert from "node:assert/strict";
import type { EmbeddedCloud } from "../../../../local/client";
import { ALLOWANCES, allowanceFor, findLeftovers } from "../../../../local/deployment/leftovers";
import { INVENTORIES } from "../../../../local/deployment/inventory";

const cloud: EmbeddedCloud = {
  directory: "/nowhere",
  endpoint: "https://127.0.0.1:1",
  ca: "",
  accountId: "123456789012",
  accessKeyId: "123456789012",
  secretAccessKey: "embedded",
  pspUrl: "https://127.0.0.1:2",
  dns: { address: "127.0.0.1", port: 3 },
  clockFactor: 1,
  cloudToken: "t".repeat(43),
};

describe("the proof that nothing is left", () => {
  it("lists what is there in each of the two Regions", async () => {
    const leftovers = await findLeftovers(cloud, [
      { kind: "SQS::Queue", list: async ({ region }) => (region === "ap-southeast-2" ? ["queue-a"] : []) },
      { kind: "S3::Bucket", list: async () => [undefined] },
    ]);
    assert.deepEqual(leftovers, [
      { region: "ap-southeast-1", kind: "S3::Bucket", id: "(without a name)" },
      { region: "ap-southeast-2", kind: "SQS::Queue", id: "queue-a" },
      { region: "ap-southeast-2", kind: "S3::Bucket", id: "(without a name)" },
    ]);
  });

  it("is no proof when a service does not answer", async () => {
    const list = () => Promise.reject(new Error("throttled"));
    await assert.rejects(findLeftovers(cloud, [{ kind: "SQS::Queue", list }]), /throttled/);
  });

  it("does not count what an empty account has", async () => {
    const list = async () => ["default", "bus-payments-apse1-local"];
    const leftovers = await findLeftovers(cloud, [{ kind: "Events::EventBus", list }]);
    assert.deepEqual(new Set(leftovers.map(({ id }) => id)), new Set(["bus-payments-apse1-local"]));
  });

  it("allows an id for one kind only", () => {
    assert.equal(allowanceFor({ kind: "EC2::VPC", id: "vpc-00000001" }), ALLOWANCES[0]!.reason);
    assert.equal(allowanceFor({ kind: "EC2::VPC", id: "vpc-10000001" }), undefined);
    assert.equal(allowanceFor({ kind: "SQS::Queue", id: "default" }), undefined);
  });

  it("allows nothing for a kind that is never listed, and nothing without a reason", () => {
    const kinds = new Set(INVENTORIES.map(({ kind }) => kind));
    for (const { kind, reason } of ALLOWANCES) {
      assert.ok(kinds.has(kind), kind);
      assert.ok(reason.length > 20, kind);
    }
  });
});
