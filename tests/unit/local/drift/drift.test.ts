import assert from "node:assert/strict";
import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  type StackResourceDrift,
} from "@aws-sdk/client-cloudformation";
import { GetAccountSettingsCommand, GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { ListServiceQuotasCommand } from "@aws-sdk/client-service-quotas";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Activation } from "../../../../components/controlRecord";
import type { Place } from "../../../../components/regions";
import { detectPlatformDrift, driftText, findingsOf, type DriftClients } from "../../../../local/drift";
import { deployed } from "../../components/preview/templates";

const NOW = new Date("2026-11-24T09:00:00.000Z");
const QUICK = { timeoutMs: 100, pollMs: 1 };
const CODES = { primary: "apse1", dr: "apse2" } as const;

/** Both Regions with a few of our stacks; a test changes what it is about. */
class TwoRegions {
  readonly templates: Record<Place, Record<string, { body: string; parameters: Record<string, string> }>>;
  readonly drifts = new Map<string, StackResourceDrift[]>();
  /** Stack → answers of the detection's status, the last one for good. */
  readonly statuses = new Map<string, string[]>();
  readonly hashes: Record<Place, string> = { primary: "sha", dr: "sha" };
  readonly limits: Record<Place, number> = { primary: 1000, dr: 1000 };
  readonly quotaValues: Record<Place, number> = { primary: 50, dr: 50 };
  quotasFail = false;
  activation: Activation | undefined;
  readonly sent: string[] = [];

  constructor() {
    const of = (place: Place) => {
      const own = { RegionCode: CODES[place], Place: place, DataKeyArn: `arn:aws:kms:${place}` };
      const region = (name: string, values: Record<string, string> = {}) => {
        const { body, parameters } = deployed(name, { ...own, ...values });
        return { body, parameters };
      };
      const active = String(place === "primary");
      return {
        messaging: region("messaging", { PaymentQueueOpen: active }),
        network: region("network", { VpcCidr: place === "primary" ? "10.10.0.0/16" : "10.20.0.0/16" }),
      };
    };
    this.templates = { primary: of("primary"), dr: of("dr") };
  }

  get clients(): DriftClients {
    const both = <T>(make: (place: Place) => T) => ({ primary: make("primary"), dr: make("dr") });
    return {
      stacks: both((place) => ({ send: (command: object) => this.#stacks(place, command) })),
      functions: both((place) => ({ send: (command: object) => this.#functions(place, command) })),
      quotas: both((place) => ({ send: (command: object) => this.#quotas(place, command) })),
      tables: both(() => ({}) as DynamoDBDocumentClient),
      activation: () => Promise.resolve(this.activation),
    };
  }

  async #stacks(place: Place, command: object): Promise<never> {
    this.sent.push(command.constructor.name);
    const suffix = `-${CODES[place]}-local`;
    const nameOf = (template: string) => `stack-${template}${suffix}`;
    const templateOf = (name = "") => name.slice("stack-".length, -suffix.length);
    let answer: object;
    if (command instanceof ListStacksCommand) {
      const names = [
        ...Object.keys(this.templates[place]).map(nameOf),
        `stack-messaging-${CODES[place]}-else`,
      ];
      answer = { StackSummaries: names.map((StackName) => ({ StackName, StackStatus: "UPDATE_COMPLETE" })) };
    } else if (command instanceof DetectStackDriftCommand) {
      answer = { StackDriftDetectionId: command.input.StackName };
    } else if (command instanceof DescribeStackDriftDetectionStatusCommand) {
      const statuses = this.statuses.get(command.input.StackDriftDetectionId ?? "") ?? [];
      answer = {
        DetectionStatus: (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? "DETECTION_COMPLETE",
      };
    } else if (command instanceof DescribeStackResourceDriftsCommand) {
      answer = { StackResourceDrifts: this.drifts.get(command.input.StackName ?? "") ?? [] };
    } else if (command instanceof ListStackResourcesCommand) {
      answer = { StackResourceSummaries: [{}, {}, {}] };
    } else if (command instanceof DescribeStacksCommand) {
      const { parameters } = this.templates[place][templateOf(command.input.StackName)]!;
      const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      }));
      answer = { Stacks: [{ StackName: command.input.StackName, Parameters, Outputs: [] }] };
    } else {
      assert.ok(command instanceof GetTemplateCommand, `drift detection sends ${command.constructor.name}`);
      answer = { TemplateBody: this.templates[place][templateOf(command.input.StackName)]!.body };
    }
    return answer as never;
  }

  async #functions(place: Place, command: object): Promise<never> {
    if (command instanceof GetFunctionConfigurationCommand)
      return { CodeSha256: this.hashes[place] } as never;
    assert.ok(command instanceof GetAccountSettingsCommand);
    const limit = this.limits[place];
    return { AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: limit } } as never;
  }

  async #quotas(place: Place, command: object): Promise<never> {
    assert.ok(command instanceof ListServiceQuotasCommand);
    if (this.quotasFail) throw Object.assign(new Error("no"), { name: "AccessDeniedException" });
    const Value = this.quotaValues[place];
    const isLambda = command.input.ServiceCode === "lambda";
    return { Quotas: isLambda ? [{ QuotaCode: "L-1", QuotaName: "Executions", Value }] : [] } as never;
  }

  detect() {
    const signal = new AbortController().signal;
    return detectPlatformDrift(this.clients, { suffix: "local", signal, now: NOW, limits: QUICK });
  }
}

const modified = (
  LogicalResourceId: string,
  ResourceType: string,
  PropertyPath: string,
): StackResourceDrift => ({
  StackId: "s",
  LogicalResourceId,
  ResourceType,
  Timestamp: NOW,
  StackResourceDriftStatus: "MODIFIED",
  PropertyDifferences: [
    { PropertyPath, ExpectedValue: "30", ActualValue: "60", DifferenceType: "NOT_EQUAL" },
  ],
});

describe("drift of the platform", () => {
  let regions: TwoRegions;
  beforeEach(() => (regions = new TwoRegions()));

  it("satisfies R47: nothing is found where both Regions are as deployed, and alike", async () => {
    const report = await regions.detect();
    assert.deepEqual(findingsOf(report), []);
    assert.deepEqual(report.problems, []);
    assert.match(driftText(report), /No drift: everything is as its template has it/);
    const writes = regions.sent.filter((name) => !/^(Describe|Detect|List|Get)/.test(name));
    assert.deepEqual(writes, []);
  });

  it("tells a resource that was changed by hand, and one that is gone", async () => {
    regions.drifts.set("stack-messaging-apse2-local", [
      modified("PaymentQueue", "AWS::SQS::Queue", "/VisibilityTimeout"),
      { ...modified("OperationsTopic", "AWS::SNS::Topic", ""), StackResourceDriftStatus: "DELETED" },
      { ...modified("Other", "AWS::X::Y", ""), StackResourceDriftStatus: "NOT_CHECKED" },
    ]);
    const report = await regions.detect();
    assert.deepEqual(findingsOf(report), [
      "stack-messaging-apse2-local: PaymentQueue modified",
      "stack-messaging-apse2-local: OperationsTopic deleted",
    ]);
    assert.match(driftText(report), /\/VisibilityTimeout: 30 → 60/);
    assert.match(driftText(report), /2 resources compared, 4 not comparable/);
  });

  it("waits for a detection, but not for ever, and takes silence for no proof", async () => {
    regions.statuses.set("stack-messaging-apse1-local", ["DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"]);
    assert.deepEqual((await regions.detect()).problems, []);
    regions.statuses.set("stack-messaging-apse1-local", ["DETECTION_IN_PROGRESS"]);
    const report = await regions.detect();
    assert.match(report.problems.join(), /stack-messaging-apse1-local: .*not done in 0.1 s/);
    assert.match(driftText(report), /The detection is incomplete/);
  });

  it("takes a failed detection, and a resource that could not be compared, for no proof either", async () => {
    regions.statuses.set("stack-network-apse1-local", ["DETECTION_FAILED"]);
    regions.drifts.set("stack-messaging-apse1-local", [
      { ...modified("PaymentQueue", "AWS::SQS::Queue", ""), StackResourceDriftStatus: "UNKNOWN" },
    ]);
    const { problems } = await regions.detect();
    assert.equal(problems.length, 2);
    assert.match(problems.join(), /could not compare PaymentQueue/);
  });

  it("calls what a failover has set no drift, but nothing else in the same stack", async () => {
    regions.activation = { activePlace: "dr", epoch: 2 };
    regions.drifts.set("stack-messaging-apse1-local", [
      modified("PaymentQueuePolicy", "AWS::SQS::QueuePolicy", "/PolicyDocument/Statement/1"),
      modified("PaymentQueue", "AWS::SQS::Queue", "/VisibilityTimeout"),
    ]);
    const report = await regions.detect();
    assert.deepEqual(findingsOf(report), ["stack-messaging-apse1-local: PaymentQueue modified"]);
    assert.match(driftText(report), /no drift: stack-messaging-apse1-local PaymentQueuePolicy: the failover/);
    regions.activation = { activePlace: "primary", epoch: 1 };
    assert.equal(findingsOf(await regions.detect()).length, 2);
  });

  it("expects what scaling moves", async () => {
    regions.drifts.set("stack-messaging-apse1-local", [
      modified(
        "IntakeAlias",
        "AWS::Lambda::Alias",
        "/ProvisionedConcurrencyConfig/ProvisionedConcurrentExecutions",
      ),
      modified("QueryAlias", "AWS::Lambda::Alias", "/FunctionVersion"),
    ]);
    assert.deepEqual(findingsOf(await regions.detect()), [
      "stack-messaging-apse1-local: QueryAlias modified",
    ]);
  });

  it("tells a Region without a stack from one that has none", async () => {
    delete regions.templates.dr["network"];
    assert.deepEqual(findingsOf(await regions.detect()), ["template network differs between the Regions"]);
    delete regions.templates.dr["messaging"];
    assert.match((await regions.detect()).problems.join(), /ap-southeast-2 has no stack of this platform/);
  });
});

describe("parity of the Regions", () => {
  let regions: TwoRegions;
  beforeEach(() => (regions = new TwoRegions()));
  const found = async () => (await regions.detect()).parity.map(({ kind, name }) => `${kind} ${name}`);

  it("is of templates", async () => {
    regions.templates.dr["network"]!.body += "\n# by hand";
    assert.deepEqual(await found(), ["template network"]);
  });

  it("is of settings, and not of what a Region has for itself", async () => {
    regions.templates.dr["network"]!.parameters["FlowLogRetentionDays"] = "30";
    regions.templates.dr["network"]!.parameters["LogsKeyArn"] = "arn:aws:kms:ap-southeast-2:1:key/2";
    assert.deepEqual(await found(), ["parameter network.FlowLogRetentionDays"]);
  });

  it("is of code", async () => {
    regions.hashes.dr = "other";
    const differing = await found();
    assert.ok(differing.length > 10 && differing.every((each) => each.startsWith("code ")));
  });

  it("is of quotas that DR has less of; more is none of its faults", async () => {
    regions.quotaValues.dr = 49;
    regions.limits.dr = 999;
    assert.deepEqual(await found(), ["quota lambda concurrent executions", "quota lambda L-1 (Executions)"]);
    regions.quotaValues.dr = 51;
    regions.limits.dr = 1001;
    assert.deepEqual(await found(), []);
  });

  it("is not proved where quotas cannot be read", async () => {
    regions.quotasFail = true;
    assert.match((await regions.detect()).problems.join(), /quotas: AccessDeniedException/);
  });
});
