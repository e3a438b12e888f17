import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../local/client";
import { eventually } from "./support/Platform";
import { FUNCTION_ROLES, NETWORK_ACTIONS } from "./support/roles/cases";
import { grantsOf, type Statement } from "./support/roles/DeployedRoles";
import { operations, type Operation, type OperationName } from "./support/roles/operations";
import { ProbeFunction } from "./support/roles/ProbeFunction";
import { PLACES, placesOf, RolesUnderTest } from "./support/roles/RolesUnderTest";
import { SERVICE_ROLES } from "./support/roles/serviceRoles";
import { logGroupOf } from "./support/roles/Surroundings";

const TEMPLATES = join(__dirname, "..", "..", "cfn");

/** How services say no: S3, SQS, STS, IAM and RDS; services that speak JSON; SNS; EC2. */
const DENIALS = [
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationErrorException",
  "UnauthorizedOperation",
];

/**
 * Every role of the running platform, in every Region that has it. Roles of functions trust Lambda alone, so each is
 * tried out in a function made for the purpose: it must do what its case names and be denied everything else. Roles of
 * AWS services can be given to no function: their documents and IAM's simulator are judged, and for replication also
 * what S3 then does.
 */
describe("roles on the running platform", function () {
  this.timeout(60_000);
  let roles: RolesUnderTest;

  before(async () => {
    roles = await new RolesUnderTest().open();
  });
  after(() => roles?.close());

  it("have a case each, so that no new one stays untried", () => {
    const cases = [
      ...Object.entries(FUNCTION_ROLES).map(([purpose, { onlyIn }]) => ({
        purpose,
        places: placesOf(onlyIn),
      })),
      ...Object.keys(SERVICE_ROLES).map((purpose) => ({ purpose, places: placesOf() })),
    ];
    const tried = cases.flatMap(({ purpose, places }) => places.map((place) => roles.nameOf(purpose, place)));
    assert.deepEqual(roles.deployed.names, tried.sort());
    // Those too that a condition keeps out of this environment.
    assert.deepEqual(rolesOfTemplates(), cases.map(({ purpose }) => purpose).sort());
  });

  for (const [purpose, { may, judged, onlyIn }] of Object.entries(FUNCTION_ROLES)) {
    const inPlaces = (check: (place: Place) => unknown) => Promise.all(placesOf(onlyIn).map(check));

    it(`let ${purpose} do what it must and deny it everything else`, () =>
      inPlaces(async (place) => {
        // Prepare
        const name = roles.nameOf(purpose, place);
        const calls = operations(roles.around(place));
        // Act
        const answers = await roles.probe(name).call(calls);
        // Assess
        const verdicts = entries(answers).map(([call, answer]) => [
          call,
          DENIALS.includes(answer) ? "denied" : answer,
        ]);
        const wanted = entries(calls).map(([call, { permitted }]) => [
          call,
          may.includes(call) ? permitted : "denied",
        ]);
        assert.deepEqual(Object.fromEntries(verdicts), Object.fromEntries(wanted), name);
      }));

    it(`grant ${purpose} nothing that is not tried, and trust Lambda alone`, () =>
      inPlaces((place) => {
        const around = roles.around(place);
        const calls: Readonly<Record<OperationName, Operation>> = operations(around);
        const role = roles.deployed.get(roles.nameOf(purpose, place));
        const onPaper = judged(around, purpose);
        const grants = grantsOf(role.statements);

        assertTrust(role.trust, "lambda.amazonaws.com");
        assert.deepEqual(role.awsPolicies, []);
        const expected = new Set([...may.flatMap((call) => calls[call].actions), ...Object.keys(onPaper)]);
        assert.deepEqual(Object.keys(grants).sort(), [...expected].sort(), role.name);
        for (const [action, resources] of entries(onPaper)) {
          assert.deepEqual(grants[action], resources, `${role.name}: ${action}`);
        }
        if (NETWORK_ACTIONS[0] in grants) assertNetworkDenied(role.statements, around.own.region);
      }));
  }

  for (const [purpose, caseOf] of Object.entries(SERVICE_ROLES)) {
    it(`grant the service behind ${purpose} what it needs and nothing else`, async () => {
      for (const place of PLACES) {
        const { service, condition, grants, awsPolicies = [], may, mayNot } = caseOf(roles.around(place));
        const role = roles.deployed.get(roles.nameOf(purpose, place));
        assertTrust(role.trust, service, condition);
        assert.deepEqual(grantsOf(role.statements), grants, role.name);
        assert.deepEqual(role.awsPolicies, awsPolicies);
        const arn = roles.arnOf(role.name);
        if (may) assert.equal(await roles.deployed.decision(arn, ...may), "allowed");
        assert.equal(await roles.deployed.decision(arn, ...mayNot), "implicitDeny");
      }
    });
  }

  for (const place of PLACES) {
    it(`let S3 copy the transaction log of ${place}, and no other bucket`, async () => {
      // Prepare
      const objects = roles.objects(place);
      await objects.createForeignBucket();
      // Act
      const buckets = [roles.around(place).own.transactionBucket, objects.foreignBucket];
      await Promise.all(buckets.map((bucket) => objects.put(bucket)));
      // Assess
      await eventually(async () => {
        const statuses = await Promise.all(buckets.map((bucket) => objects.replicationStatus(bucket)));
        assert.deepEqual(statuses, ["COMPLETED", "FAILED"]);
      });
    });
  }

  it("can be taken on by no other role, even one that IAM lets take on every role", async () => {
    // Prepare
    const { cloud, suffix, stranger, deployed } = roles;
    await stranger.create();
    const assume = (name: string): Operation => ({
      actions: ["sts:AssumeRole"],
      module: "client-sts",
      command: "AssumeRole",
      input: { RoleArn: roles.arnOf(name), RoleSessionName: "probe" },
      permitted: "done",
    });
    const calls = Object.fromEntries(
      [stranger.hostName, ...deployed.names].map((name) => [name, assume(name)]),
    );
    // Act
    const { purpose, name } = stranger;
    const logGroup = logGroupOf("status", roles.around("primary"));
    const probe = await ProbeFunction.create(cloud, { place: "primary", purpose, name, suffix, logGroup });
    const answers = await probe.call(calls);
    // Assess
    const expected = deployed.names.map((name) => [name, "AccessDenied"]);
    assert.deepEqual(answers, { [stranger.hostName]: "done", ...Object.fromEntries(expected) });
  });
});

function entries<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}

/** The purpose of each role in the templates; the whole line of one whose name is not built as the others'. */
function rolesOfTemplates(): string[] {
  const files = readdirSync(TEMPLATES).filter((file) => file.endsWith(".yaml"));
  const texts = files.map((file) => readFileSync(join(TEMPLATES, file), "utf8"));
  const purposes = texts.flatMap((text) =>
    text
      .split(/^ {4}Type: AWS::IAM::Role$/m)
      .slice(1)
      .map((role) => {
        const [line = ""] = /^ {4,6}(RoleName|\S+Document): .*$/m.exec(role) ?? [];
        return /RoleName: !Sub role-(.+)-\$\{RegionCode\}-\$\{EnvironmentSuffix\}$/.exec(line)?.[1] ?? line;
      }),
  );
  return purposes.sort();
}

function assertTrust(trust: readonly Statement[], service: string, condition?: Statement["Condition"]): void {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
  assert.deepEqual(trust, [condition === undefined ? statement : { ...statement, Condition: condition }]);
}

/** Lambda makes these calls for the function; the function's code, whatever its name, must not. */
function assertNetworkDenied(statements: readonly Statement[], region: string): void {
  const [denial, ...others] = statements.filter(({ Effect }) => Effect === "Deny");
  assert.deepEqual([denial?.Action, denial?.Resource, others], [NETWORK_ACTIONS, "*", []]);
  const sources = Object.values(denial?.Condition?.["ArnLike"] ?? {});
  assert.match(String(sources), new RegExp(`^arn:aws:lambda:${region}:\\d{12}:function:function-\\*$`));
}
