import assert from "node:assert/strict";
import { createHandler } from "../../../functions/capacity-control/handler";
import { isSamePolicy, paymentQueuePolicy } from "../../../functions/capacity-control/paymentQueuePolicy";
import { AwsRegionCapacity, type CapacityClients } from "../../../functions/capacity-control/RegionCapacity";
import { at, isMapping, loadTemplates, type Json } from "../cfn/templates";
import { TestLog } from "./support";

const QUEUE_ARN = "arn:aws:sqs:ap-southeast-2:123456789012:queue-payments-apse2-local";
const RULE = "rule-outbox-relay-apse2-local";
const PROCESSOR = "function-processor-apse2-local";
const EVENTS = "function-payment-events-apse2-local";

function fault(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/** The APIs of one Region, as far as they are used. */
class Region {
  policy: string | undefined = JSON.stringify(paymentQueuePolicy(QUEUE_ARN, false));
  readonly rules = new Map([[RULE, "DISABLED"]]);
  readonly sources = new Map([
    [PROCESSOR, "Disabled"],
    [EVENTS, "Disabled"],
  ]);
  /** How many changes of an event source are refused because it is changing. */
  busy = 0;
  readonly warm = new Map<string, number>();
  readonly changes: string[] = [];
  readonly pauses: number[] = [];
  isSqsAway = false;
  looks = 0;
  isWitnessAway = false;

  handle(action: "open" | "close", provisionedConcurrency = 0): Promise<unknown> {
    const clients = { sqs: this.#client(), lambda: this.#client(), events: this.#client() };
    const queueUrl = "https://sqs.ap-southeast-2.amazonaws.com/123456789012/queue-payments-apse2-local";
    const handler = createHandler({
      log: new TestLog(),
      capacity: new AwsRegionCapacity(clients as unknown as CapacityClients, queueUrl),
      ...{ regionCode: "apse2", environmentSuffix: "local", provisionedConcurrency },
      pause: async (milliseconds) => void this.pauses.push(milliseconds),
      watchWitness: async () => {
        this.looks += 1;
        if (this.isWitnessAway) throw new Error("the table is away");
      },
    });
    return handler({ action });
  }

  #client(): object {
    return {
      send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) =>
        this.#answer(command.constructor.name.replace(/Command$/, ""), command.input),
    };
  }

  #answer(command: string, input: Record<string, unknown>): unknown {
    const name = (input["Name"] ?? input["FunctionName"] ?? input["UUID"] ?? "") as string;
    switch (command) {
      case "GetQueueAttributes":
        if (this.isSqsAway) throw fault("TimeoutError");
        return { Attributes: { QueueArn: QUEUE_ARN, Policy: this.policy } };
      case "SetQueueAttributes":
        this.policy = (input["Attributes"] as { Policy: string }).Policy;
        break;
      case "DescribeRule":
        return { State: this.rules.get(name) };
      case "EnableRule":
      case "DisableRule":
        this.rules.set(name, command === "EnableRule" ? "ENABLED" : "DISABLED");
        break;
      case "ListEventSourceMappings": {
        const of = name.replace(/:live$/, "");
        const State = name.endsWith(":live") ? this.sources.get(of) : undefined;
        return { EventSourceMappings: State === undefined ? [] : [{ UUID: of, State }] };
      }
      case "UpdateEventSourceMapping":
        if (this.busy > 0) {
          this.busy -= 1;
          throw fault("ResourceInUseException");
        }
        this.sources.set(name, input["Enabled"] ? "Enabling" : "Disabling");
        break;
      case "GetProvisionedConcurrencyConfig":
        if (!this.warm.has(name)) throw fault("ProvisionedConcurrencyConfigNotFoundException");
        return { RequestedProvisionedConcurrentExecutions: this.warm.get(name) };
      case "PutProvisionedConcurrencyConfig":
        this.warm.set(name, Number(input["ProvisionedConcurrentExecutions"]));
        break;
      default:
        throw new Error(`unexpected ${command}`);
    }
    this.changes.push(command);
    return {};
  }
}

describe("capacity control", () => {
  let region: Region;
  beforeEach(() => {
    region = new Region();
  });

  it("satisfies R18, R19: opens a standby: queue, relay and both event sources", async () => {
    const answer = await region.handle("open");

    assert.deepEqual(answer, { changed: ["outbox-relay", "payment-events", "payment-queue", "processor"] });
    assert.ok(!region.policy?.includes("DenySendWhileStandby"));
    assert.equal(region.rules.get(RULE), "ENABLED");
    assert.deepEqual([...region.sources.values()], ["Enabling", "Enabling"]);
  });

  it("looks at the witness on the way, and opens without it", async () => {
    await region.handle("open");
    region.isWitnessAway = true;
    await region.handle("close");

    assert.equal(region.looks, 2);
  });

  it("changes nothing the second time, and closes all that it opened", async () => {
    await region.handle("open");
    const before = region.changes.length;
    assert.deepEqual(await region.handle("open"), { changed: [] });
    assert.equal(region.changes.length, before);

    await region.handle("close");

    assert.ok(region.policy?.includes("DenySendWhileStandby"));
    assert.equal(region.rules.get(RULE), "DISABLED");
    assert.deepEqual([...region.sources.values()], ["Disabling", "Disabling"]);
  });

  it("waits for an event source that is just changing", async () => {
    region.sources.set(PROCESSOR, "Updating");
    region.busy = 3;

    await region.handle("open");

    assert.deepEqual([...region.sources.values()], ["Enabling", "Enabling"]);
    assert.ok(region.pauses.length >= 1 && region.pauses.length <= 3);
  });

  it("gives up on one that keeps changing, by its name, when everything else has its state", async () => {
    region.busy = Number.POSITIVE_INFINITY;
    region.sources.set(EVENTS, "Enabled");

    await assert.rejects(region.handle("open"), { name: "CapacityUnsettled", message: /open: processor/ });

    assert.equal(region.pauses.length, 6);
    assert.equal(region.rules.get(RULE), "ENABLED");
    assert.ok(!region.policy?.includes("DenySendWhileStandby"));
  });

  it("opens the rest when the queue is out of reach, and says so", async () => {
    region.isSqsAway = true;

    await assert.rejects(region.handle("open"), { message: "open: payment-queue (TimeoutError)" });

    assert.deepEqual([...region.sources.values()], ["Enabling", "Enabling"]);
  });

  it("says when a function has no event source", async () => {
    region.sources.delete(EVENTS);

    await assert.rejects(region.handle("open"), { message: /payment-events/ });
  });

  it("warms the hot path up to what the templates say, and takes nothing from it that scaling added", async () => {
    region.warm.set("function-intake-apse2-local", 9);
    region.warm.set("function-query-apse2-local", 2);

    const answer = (await region.handle("open", 5)) as { changed: string[] };

    assert.deepEqual(
      answer.changed.filter((name) => name.startsWith("warm")),
      ["warm-authorizer", "warm-query"],
    );
    assert.deepEqual(Object.fromEntries(region.warm), {
      "function-intake-apse2-local": 9,
      "function-query-apse2-local": 5,
      "function-authorizer-apse2-local": 5,
    });
  });

  it("leaves a standby as warm as it is", async () => {
    await region.handle("close", 5);

    assert.equal(region.warm.size, 0);
  });

  it("refuses an action that it does not know", async () => {
    await assert.rejects(region.handle("shut" as "open"), { name: "InvalidAction" });
  });

  describe("beside the templates", () => {
    const templates = loadTemplates();
    const resources = (name: string): { [key: string]: Json } =>
      at(templates.get(name)?.document, "Resources") as { [key: string]: Json };

    /** What CloudFormation makes of the few intrinsic functions in the policy. */
    function render(value: Json, isOpen: boolean): Json | undefined {
      if (Array.isArray(value))
        return value.map((item) => render(item, isOpen)).filter((item) => item !== undefined);
      if (!isMapping(value)) return value;
      if (value["Ref"] === "AWS::NoValue") return undefined;
      const choice = value["Fn::If"];
      if (choice !== undefined) {
        assert.equal(at(choice, 0), "QueueIsOpen");
        return render(at(choice, isOpen ? 1 : 2) as Json, isOpen);
      }
      if (value["Fn::GetAtt"] !== undefined) {
        assert.deepEqual(value["Fn::GetAtt"], ["PaymentQueue", "Arn"]);
        return QUEUE_ARN;
      }
      assert.ok(
        !Object.keys(value).some((key) => key === "Ref" || key.startsWith("Fn::")),
        JSON.stringify(value),
      );
      const entries = Object.entries(value).map(([key, item]) => [key, render(item, isOpen)]);
      return Object.fromEntries(entries) as Json;
    }

    for (const isOpen of [true, false]) {
      it(`writes the policy that template messaging writes with PaymentQueueOpen=${isOpen}`, () => {
        const written = at(
          resources("messaging"),
          "PaymentQueuePolicy",
          "Properties",
          "PolicyDocument",
        ) as Json;

        assert.deepEqual(paymentQueuePolicy(QUEUE_ARN, isOpen), render(written, isOpen));
      });
    }

    it("switches the rule, event sources and warm functions that template functions has", () => {
      const all = Object.entries(resources("functions"));
      const ofType = (type: string): [string, Json][] =>
        all.filter(([, resource]) => at(resource, "Type") === type);
      const rules = ofType("AWS::Events::Rule").filter(([, rule]) =>
        JSON.stringify(at(rule, "Properties", "State"))?.includes("OutboxRelayRuns"),
      );
      assert.deepEqual(
        rules.map(([, rule]) => at(rule, "Properties", "Name")),
        [{ "Fn::Sub": "rule-outbox-relay-${RegionCode}-${EnvironmentSuffix}" }],
      );
      assert.deepEqual(
        ofType("AWS::Lambda::EventSourceMapping").map(([, source]) =>
          at(source, "Properties", "FunctionName"),
        ),
        [{ Ref: "ProcessorAlias" }, { Ref: "PaymentEventsAlias" }],
      );
      assert.deepEqual(
        ofType("AWS::Lambda::Alias")
          .filter(([, alias]) => at(alias, "Properties", "ProvisionedConcurrencyConfig") !== undefined)
          .map(([id]) => id),
        ["AuthorizerAlias", "IntakeAlias", "QueryAlias"],
      );
    });
  });

  describe("comparing policies", () => {
    const open = paymentQueuePolicy(QUEUE_ARN, true);

    it("knows the same policy in another form", () => {
      const given = {
        Statement: {
          Resource: [QUEUE_ARN],
          ...{ Principal: "*", Action: "sqs:*", Effect: "Deny", Sid: "DenyWithoutTls" },
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        Version: "2012-10-17",
      };

      assert.ok(isSamePolicy(given, open));
    });

    it("tells another policy from it", () => {
      assert.ok(!isSamePolicy(paymentQueuePolicy(QUEUE_ARN, false), open));
      assert.ok(!isSamePolicy(paymentQueuePolicy(`${QUEUE_ARN}-2`, true), open));
      assert.ok(!isSamePolicy({ ...open, Version: "2008-10-17" }, open));
    });
  });
});
