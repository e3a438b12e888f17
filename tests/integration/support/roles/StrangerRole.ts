import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  NoSuchEntityException,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { awsConfig, type EmbeddedCloud } from "../../../../local/client";

/** A role of the tests' own that IAM lets take on every role: only a role's own trust policy can refuse it. */
export class StrangerRole {
  readonly purpose = "stranger";
  readonly name: string;
  /** A second role of the tests, which trusts the stranger: shows that the stranger is refused for no other reason. */
  readonly hostName: string;
  readonly #iam: IAMClient;
  readonly #accountId: string;

  constructor(cloud: EmbeddedCloud, suffix: string) {
    this.#iam = new IAMClient(awsConfig(cloud, "primary"));
    this.#accountId = cloud.accountId;
    this.name = `role-probe-stranger-${suffix}`;
    this.hostName = `role-probe-host-${suffix}`;
  }

  async create(): Promise<void> {
    await this.#create(this.name, { Service: "lambda.amazonaws.com" });
    await this.#create(this.hostName, { AWS: this.arnOf(this.name) });
    await this.#iam.send(
      new PutRolePolicyCommand({
        RoleName: this.name,
        PolicyName: this.purpose,
        PolicyDocument: policy({ Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" }),
      }),
    );
  }

  /** Deletes both roles, those of a run that was killed included. */
  async delete(): Promise<void> {
    await gone(
      this.#iam.send(new DeleteRolePolicyCommand({ RoleName: this.name, PolicyName: this.purpose })),
    );
    for (const RoleName of [this.hostName, this.name]) {
      await gone(this.#iam.send(new DeleteRoleCommand({ RoleName })));
    }
  }

  arnOf(name: string): string {
    return `arn:aws:iam::${this.#accountId}:role/${name}`;
  }

  async #create(RoleName: string, Principal: object): Promise<void> {
    const AssumeRolePolicyDocument = policy({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
    await this.#iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  }
}

function policy(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

async function gone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
  }
}
