import assert from "node:assert/strict";
import { deletionPolicies, nameLengths, names, parameters, size } from "./checks/form";
import { describeChecks, body, parameter, set } from "./mutations";
import { isMapping, loadTemplates, mutated, resources } from "./templates";

const P = "Properties";

describeChecks("form", [
  [
    "satisfies R42: names every resource resourceType-purpose-suffix, Regional ones with the Region's code",
    names,
    [
      set("messaging/PaymentQueue", `${P}/QueueName`, { "Fn::Sub": "queue-payments-${EnvironmentSuffix}" }),
      set("storage/TransactionBucket", `${P}/BucketName`),
      set("network/Vpc", `${P}/Tags/0/Value`, "vpc"),
      set("tables/ResultsTable", `${P}/TableName`, { "Fn::Sub": "table-results-${RegionCode}" }),
    ],
  ],
  [
    "keeps names within AWS's limits for the longest suffix",
    nameLengths,
    [
      set("payments/LoadBalancer", `${P}/Name`, {
        "Fn::Sub": "alb-payments-${RegionCode}-${EnvironmentSuffix}",
      }),
    ],
  ],
  [
    "fits inline, in ASCII, under a comment that says what it is for",
    size,
    [
      body("functions", (text) => text.padEnd(50_000)),
      body("network", (text) => `${text}\u2026`),
      body("tables", (text) => text.replace(/^(#.*\n)+/, "")),
    ],
  ],
  [
    "satisfies R51: documents, bounds and groups every parameter",
    parameters,
    [
      parameter("network/NatGateways", "AllowedValues"),
      parameter("network/NatGateways", "Description"),
      parameter("database/EngineVersion", "ConstraintDescription"),
      {
        what: "an ungrouped parameter is added",
        where: "tables/Extra",
        change: (from) =>
          mutated(from, "tables", (document) => {
            if (isMapping(document["Parameters"]))
              document["Parameters"]["Extra"] = {
                Type: "String",
                Description: "An extra parameter",
                AllowedPattern: ".",
                ConstraintDescription: ".",
              };
          }),
      },
    ],
  ],
  [
    "satisfies R43: says what becomes of everything stateful, and retains nothing",
    deletionPolicies,
    [
      set("database/Cluster", "DeletionPolicy"),
      set("storage/TransactionBucket", "UpdateReplacePolicy"),
      set("encryption/DataKey", "DeletionPolicy", "Retain"),
    ],
  ],
]);

describe("CloudFormation templates", () => {
  it("are all here", () => {
    // Prepare
    const expected =
      "artifacts audit audit-alarms dashboards database dns edge encryption failover failover-detection failover-functions failover-roles function-roles functions messaging monitoring network payments preparation region-state resource-alarms storage tables";

    // Act
    const found = loadTemplates();

    // Assess
    assert.deepEqual(
      expected.split(" ").filter((name) => !found.has(name)),
      [],
    );
    assert.ok(resources(found).length > 250);
  });
});
