import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { failoverBudget, loopBound, machineOf, stateBound, witnessBoundSeconds } from "../../../components/failover/budget";
import { OPERATION_STEPS } from "../../../functions/domain/failover";
import {
  boundedLoops,
  boundedStates,
  budget,
  budgetGrounds,
  causes,
  controlPlanes,
  latchedNames,
  notifications,
  readiness,
  startOnly,
  triggers,
  validLanguage,
} from "./checks/recovery";
import { describeChecks, parameter, set, without } from "./mutations";
import { loadTemplates } from "./templates";

const P = "Properties";
const MACHINE = "failover/Orchestrator";
const S = `${P}/Definition/States`;
const ROLE = `${P}/Policies/0/PolicyDocument/Statement`;
const CHECK = `${P}/HealthCheckConfig`;

/** The message begins with the resource, then the state. */
const inState = (mutation: ReturnType<typeof set>, state = "") => ({
  ...mutation,
  where: `${MACHINE} ${state}`,
});

describeChecks("failover", [
  [
    "is written in valid Amazon States Language",
    validLanguage,
    [
      inState(set(MACHINE, `${S}/Lock/Next`, "Nowhere")),
      inState(set(MACHINE, `${S}/Latch/Type`, "Tusk")),
      inState(set(MACHINE, `${S}/WitnessWait/Seconds`)),
    ],
  ],
  [
    "gives every state a timeout and bounded retries on named errors, and tells every failure with its step",
    boundedStates,
    [
      inState(set(MACHINE, `${S}/PromoteDatabase/TimeoutSeconds`), "PromoteDatabase"),
      inState(set(MACHINE, `${S}/Activate/Catch`), "Activate"),
      inState(set(MACHINE, `${S}/Latch/Catch/0/Next`, "Fence"), "Latch"),
      inState(set(MACHINE, `${S}/Latch/Catch/0/Assign/failure/step`, "latching"), "Latch"),
      inState(set(MACHINE, `${S}/Lock/Retry/0/ErrorEquals/0`, "States.ALL"), "Lock"),
      inState(set(MACHINE, `${S}/Lock/Retry/0/MaxAttempts`, 99), "Lock"),
      inState(set(MACHINE, `${S}/WitnessWait/Seconds`, 3600), "WitnessWait"),
    ],
  ],
  [
    "names step, error and section of the runbook in every notification",
    notifications,
    [inState(set(MACHINE, `${S}/Notify/Arguments/Payload/runbookSection`), "Notify")],
  ],
  [
    "keeps what the error said of a failure that ends an operation",
    causes,
    [
      inState(set(MACHINE, `${S}/AfterFailure/Assign/outcome/cause`), "AfterFailure"),
      inState(set(MACHINE, `${S}/Abort/Arguments/Payload/cause`), "Abort"),
      inState(set(MACHINE, `${S}/FinishFailed/Arguments/Payload/cause`, ""), "FinishFailed"),
    ],
  ],
  [
    "counts every loop and only goes forward",
    boundedLoops,
    [
      inState(set(MACHINE, `${S}/Named/Choices/1`), "Named"),
      inState(set(MACHINE, `${S}/IsWriter/Choices/1/Condition`, "{% false %}"), "IsWriter"),
      inState(set(MACHINE, `${S}/Fence/Choices/0/Assign/step`, "approval"), "Decide"),
      inState(set(MACHINE, `${S}/Replayed/Choices/1`), "Replay"),
      inState(set(MACHINE, `${S}/AfterFailure/Choices/1/Next`, "Replay"), "AfterFailure"),
    ],
  ],
  [
    "satisfies R14: takes at most 15 minutes on the worst path, and 10 as a rule",
    budget,
    [
      inState(set(MACHINE, `${S}/PromoteDatabase/TimeoutSeconds`, 60)),
      inState(set(MACHINE, `${S}/Begin/Assign/limits/witness`, 12)),
      inState(set(MACHINE, `${S}/OpenCapacity/Retry/0/MaxAttempts`, 2)),
    ],
  ],
  [
    "satisfies R16: stands on the schedules and health checks that its budget counts on",
    budgetGrounds,
    [
      set("failover-functions/PeerProbeRule", `${P}/ScheduleExpression`, "rate(5 minutes)"),
      set("dns/PrimaryCheck", `${CHECK}/FailureThreshold`, 5),
      parameter("dns/WitnessTtlSeconds", "Default", 60),
    ],
  ],
  [
    "calls no control plane that may be down with the lost Region, and nothing in us-east-1",
    controlPlanes,
    [
      set("failover-roles/RegionControlRole", `${ROLE}/1/Action`, "route53:ChangeResourceRecordSets"),
      set("failover-roles/CapacityControlRole", `${ROLE}/1/Action`, "cloudformation:UpdateStack"),
      set("failover-roles/PeerProbeRole", `${ROLE}/1/Resource`, "arn:aws:dynamodb:us-east-1:111122223333:table/t"),
      set("failover/OrchestratorRole", `${P}/ManagedPolicyArns`, ["arn:aws:iam::aws:policy/AdministratorAccess"]),
      inState(set(MACHINE, `${S}/Latch/Resource`, "arn:aws:states:::aws-sdk:route53:getHealthCheck"), "Latch"),
    ],
  ],
  [
    "lets the orchestrator invoke functions, and rules start the orchestrator, and nothing else",
    startOnly,
    [
      set("failover/OrchestratorRole", `${ROLE}/0/Action`, ["lambda:InvokeFunction", "rds:FailoverGlobalCluster"]),
      set("failover-detection/StartRole", `${ROLE}/0/Action`, "states:StopExecution"),
    ],
  ],
  [
    "satisfies R16: keeps the names where the traffic is, by a latch",
    latchedNames,
    [
      set("dns/PublicApiPrimary", `${P}/HealthCheckId`, { Ref: "PrimaryCheck" }),
      set("dns/WitnessDr", `${P}/HealthCheckId`, { Ref: "LatchCheck" }),
      { ...set("dns/LatchCheck", `${CHECK}/Inverted`), where: "dns/PrimaryServes" },
      set("dns/PrimaryServes", `${CHECK}/HealthThreshold`, 1),
      set("dns/PrimaryCheck", `${CHECK}/SearchString`, "traffic"),
      without("dns/WitnessPrimary", "dns/"),
    ],
  ],
  [
    "satisfies R19: is started by the probe's alarm, by its repeated signal, by what the other Region forwards, and again after it was killed",
    triggers,
    [
      set("failover-detection/PeerUnavailableAlarm", `${P}/TreatMissingData`, "notBreaching"),
      set("failover-detection/PeerLostRule", `${P}/EventPattern/region`),
      set("failover-detection/LeftBehindRule", `${P}/EventPattern/region`),
      set("failover-detection/LeftBehindRule", `${P}/Targets/0/InputTransformer/InputTemplate`, "{}"),
      set("failover-detection/PeerUnavailableRule", `${P}/State`, "DISABLED"),
      set("failover-detection/PeerAlarmRule", `${P}/Targets/0/InputTransformer/InputTemplate`, "{}"),
      without("failover-detection/PeerUnavailableRule", "failover-detection/"),
    ],
  ],
  [
    "is green again with the next evaluation that is, and tells when none comes",
    readiness,
    [
      set("failover-detection/ReadinessAlarm", `${P}/Period`, 3600),
      set("failover-detection/ReadinessAlarm", `${P}/TreatMissingData`, "missing"),
      set("failover-detection/ReadinessMissingAlarm", `${P}/EvaluationPeriods`, 6),
      set("failover-detection/ReadinessMissingAlarm", `${P}/Period`, 900),
      set("failover-detection/ReadinessMissingAlarm", `${P}/DatapointsToAlarm`, 1),
      set("failover-detection/ReadinessMissingAlarm", `${P}/TreatMissingData`, "notBreaching"),
      set("failover-detection/ReadinessMissingAlarm", `${P}/InsufficientDataActions`),
      without("failover-detection/ReadinessMissingAlarm", "failover-detection/"),
      { ...set("failover-functions/ReadinessRule", `${P}/ScheduleExpression`, "rate(2 hours)"), where: "failover-detection/" },
    ],
  ],
]);

describe("the failover's budget", () => {
  const machine = machineOf(loadTemplates().get("failover")?.document);

  it("counts every state of the way, and says where each figure comes from", () => {
    // Act
    const { parts, boundSeconds, typicalSeconds } = failoverBudget(machine);

    // Assess
    const sum = (key: "boundSeconds" | "typicalSeconds") => parts.reduce((all, part) => all + part[key], 0);
    assert.equal(boundSeconds, Math.round(sum("boundSeconds")));
    assert.equal(typicalSeconds, Math.round(sum("typicalSeconds")));
    assert.ok(parts.every(({ source, typicalSeconds: usual, boundSeconds: most }) => source !== "" && usual <= most));
    const steps = parts.flatMap(({ step }) => (step === undefined ? [] : [step]));
    const way = OPERATION_STEPS.slice(0, OPERATION_STEPS.indexOf("activate") + 1);
    // Approval waits for a person, and a failover has no peer to demote.
    assert.deepEqual([...new Set(steps)], way.filter((step) => !["approval", "demote"].includes(step)));
  });

  it("adds attempts and pauses, and takes nothing that is not bounded", () => {
    assert.equal(stateBound(machine, "Lock"), 10 + 1 + 10);
    assert.equal(loopBound(machine, "Witness", "WitnessWait", "witness"), 10 * 5 + 9 * 20);
    assert.throws(() => stateBound(machine, "Nowhere"), /no state/);
    assert.throws(() => stateBound(machine, "Decide"), /nothing bounds/);
    assert.throws(() => loopBound(machine, "Witness", "WitnessWait", "forever"), /no limit/);
  });

  it("leaves the witness time to change between a first run that gives up and the next one", () => {
    // A run that starts with the earliest possible second failure may end before the names have moved; the probe starts
    // the next one within a minute, and that one must still be inside what detection and confirmation may take.
    const { parts } = failoverBudget(machine);
    const granted = parts
      .filter(({ name, step }) => name.startsWith("Detection") || step === "confirm" || step === "lock")
      .reduce((sum, part) => sum + part.boundSeconds, 0);
    assert.ok(witnessBoundSeconds() + 60 + stateBound(machine, "Lock") + stateBound(machine, "Confirm") <= granted);
  });
});

describe("the code of the recovery", () => {
  const FUNCTIONS = path.resolve(__dirname, "../../../functions");
  const sources = fs
    .readdirSync(FUNCTIONS, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith(`readiness${path.sep}`));

  it("has no client of a control plane that may be down, and names no other Region", () => {
    const found = sources.filter((file) =>
      /@aws-sdk\/client-(iam|route-?53|cloudfront|acm|cloudformation)|us-east-1/.test(
        fs.readFileSync(path.join(FUNCTIONS, file), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, ""),
      ),
    );
    assert.ok(sources.length > 50);
    assert.deepEqual(found, []);
  });
});
