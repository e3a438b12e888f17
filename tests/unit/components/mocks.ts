import * as pulumi from "@pulumi/pulumi";
import type { PaymentsConfig } from "../../../components/config";
import { cloudFormation, resourceHooks } from "../../../components/preview";

/** The hooks that programs have registered, by name. The SDK's mocks know none: here they are only written down. */
export const registeredHooks = new Map<string, pulumi.ResourceHookFunction>();

resourceHooks.make = (name, callback) => {
  registeredHooks.set(name, callback);
  // What the SDK itself tells a hook by.
  return {
    __pulumiResourceHook: true,
    __registered: Promise.resolve(),
    name,
    callback,
  } as pulumi.ResourceHook;
};

// No account is behind a mocked program.
cloudFormation.client = () => ({ send: () => Promise.reject(new Error("there is no account")) });

/** A resource as the engine would have been told of it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** `<urn>::<id>` of the provider, empty when none was named. */
  readonly provider: string;
}

/** Decides the outputs of a mocked CloudFormation stack. */
export type StackAnswer = (stackName: string, inputs: Record<string, unknown>) => Record<string, string>;

/** Records what a program registers, in order, and answers for CloudFormation. */
export class MockCloud implements pulumi.runtime.Mocks {
  readonly registered: Registered[] = [];
  /** Most stacks that were being created at the same time. */
  mostAtOnce = 0;
  private atOnce = 0;

  constructor(
    private readonly answer: StackAnswer = () => ({}),
    /** Time that one stack takes, in milliseconds. */
    private readonly stackMs = 0,
  ) {}

  async newResource(
    args: pulumi.runtime.MockResourceArgs,
  ): Promise<{ id: string; state: Record<string, unknown> }> {
    const inputs = args.inputs as Record<string, unknown>;
    this.registered.push({ type: args.type, name: args.name, inputs, provider: args.provider ?? "" });
    const state: Record<string, unknown> = { ...inputs };
    if (args.type === "aws:cloudformation/stack:Stack") {
      this.atOnce++;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
      if (this.stackMs > 0) await new Promise((resolve) => setTimeout(resolve, this.stackMs));
      this.atOnce--;
      state["outputs"] = this.answer(String(inputs["name"]), inputs);
    }
    return { id: `${args.name}-id`, state };
  }

  call(args: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    throw new Error(`the program called ${args.token}; it needs no function of a provider`);
  }

  /** The one CloudFormation stack of that name. */
  stack(name: string): Registered {
    const found = this.ofType("aws:cloudformation/stack:Stack").filter(
      ({ inputs }) => inputs["name"] === name,
    );
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} stacks named ${name}`);
    return found[0];
  }

  ofType(type: string): Registered[] {
    return this.registered.filter((resource) => resource.type === type);
  }
}

/** Parameters that a stack was given. */
export function parametersOf(stack: Registered): Record<string, string> {
  return stack.inputs["parameters"] as Record<string, string>;
}

const arn = (service: string, region: string, rest: string) =>
  `arn:aws:${service}:${region}:123456789012:${rest}`;
const secretPair = (name: string) => ({
  primary: arn("secretsmanager", "ap-southeast-1", `secret:secret-${name}-test-AbCdEf`),
  dr: arn("secretsmanager", "ap-southeast-2", `secret:secret-${name}-test-AbCdEf`),
});

/** A complete, valid configuration. */
export const VALID_CONFIG: PaymentsConfig = {
  target: "aws",
  endpoint: undefined,
  accountId: "123456789012",
  environmentSuffix: "test",
  environmentType: "production",
  activeRegion: "primary",
  tags: { Environment: "test", Project: "payments", CostCenter: "cc-1" },
  network: { cidr: { primary: "10.10.0.0/16", dr: "10.20.0.0/16" }, natGateways: "per-az" },
  database: { engineVersion: "17.7", minCapacity: 1, maxCapacity: 32, backupRetentionDays: 35 },
  secrets: {
    databaseAdmin: secretPair("database-admin"),
    databaseApplication: secretPair("database-application"),
    merchants: secretPair("merchants"),
    psp: secretPair("psp"),
    syntheticMerchant: secretPair("synthetic-merchant"),
  },
  domain: { zoneName: "payments.example", hostedZoneId: "Z0123456789ABC" },
  certificates: {
    primary: arn("acm", "ap-southeast-1", "certificate/1"),
    dr: arn("acm", "ap-southeast-2", "certificate/2"),
  },
  edge: {
    certificateArn: arn("acm", "us-east-1", "certificate/3"),
    webAclArn: arn("wafv2", "us-east-1", "global/webacl/web-acl-edge-test/4"),
  },
  psp: { baseUrl: "https://api.psp.example" },
  functions: {},
  api: {},
  failover: {},
  protocol: { witnessTtlSeconds: 10, witnessFreshSeconds: 15, leaseSeconds: 120, takeoverWaitSeconds: 150 },
  secretsKeyArns: undefined,
  keyAdministratorArn: undefined,
  onCallEmail: undefined,
  ticketEmail: undefined,
};

/** Puts a configuration where the program reads it. Undefined values are absent keys. */
export function setConfig(config: Record<string, unknown>): void {
  const all: Record<string, string> = { "pulumi:disable-default-providers": '["*"]' };
  for (const [key, value] of Object.entries(config)) {
    if (value !== undefined)
      all[`payments:${key}`] = typeof value === "string" ? value : JSON.stringify(value);
  }
  pulumi.runtime.setAllConfig(all);
}

/** Resolved value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve, reject) => {
    pulumi.output(output).apply(resolve);
    setTimeout(() => reject(new Error("the output stayed unknown for 30 seconds")), 30_000).unref();
  });
}
