import {
  IAMClient,
  paginateGetAccountAuthorizationDetails,
  SimulatePrincipalPolicyCommand,
  type RoleDetail,
} from "@aws-sdk/client-iam";
import { awsConfig, type EmbeddedCloud } from "../../../../local/client";

type OneOrMore = string | readonly string[];

/** One statement of a policy document. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A role as IAM has it. */
export interface DeployedRole {
  readonly name: string;
  readonly trust: readonly Statement[];
  /** Of its own and of the account's managed policies. */
  readonly statements: readonly Statement[];
  /** ARNs of AWS's own policies. */
  readonly awsPolicies: readonly string[];
}

const AWS_OWNED = "arn:aws:iam::aws:";

/** The account's roles by name. IAM is global: they stand for both Regions. */
export class DeployedRoles {
  readonly #iam: IAMClient;
  #roles: ReadonlyMap<string, DeployedRole> = new Map();

  constructor(cloud: EmbeddedCloud) {
    this.#iam = new IAMClient(awsConfig(cloud, "primary"));
  }

  async read(): Promise<this> {
    const roles: RoleDetail[] = [];
    const managed = new Map<string, readonly Statement[]>();
    const Filter: ("Role" | "LocalManagedPolicy")[] = ["Role", "LocalManagedPolicy"];
    for await (const page of paginateGetAccountAuthorizationDetails({ client: this.#iam }, { Filter })) {
      roles.push(...(page.RoleDetailList ?? []));
      for (const { Arn = "", PolicyVersionList = [] } of page.Policies ?? []) {
        managed.set(
          Arn,
          statementsOf(PolicyVersionList.find((version) => version.IsDefaultVersion)?.Document),
        );
      }
    }
    this.#roles = new Map(roles.map((role) => [role.RoleName ?? "", deployedRole(role, managed)]));
    return this;
  }

  get names(): string[] {
    return [...this.#roles.keys()].sort();
  }

  /** @throws Error when there is no such role */
  get(name: string): DeployedRole {
    const role = this.#roles.get(name);
    if (role === undefined) throw new Error(`There is no role ${name}`);
    return role;
  }

  /** What IAM's own simulator decides: `allowed`, `implicitDeny` or `explicitDeny`. */
  async decision(roleArn: string, action: string, resource: string): Promise<string | undefined> {
    const { EvaluationResults = [] } = await this.#iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: roleArn,
        ActionNames: [action],
        ResourceArns: [resource],
      }),
    );
    return EvaluationResults[0]?.EvalDecision;
  }
}

function deployedRole(role: RoleDetail, managed: ReadonlyMap<string, readonly Statement[]>): DeployedRole {
  const attached = (role.AttachedManagedPolicies ?? []).map(({ PolicyArn = "" }) => PolicyArn);
  return {
    name: role.RoleName ?? "",
    trust: statementsOf(role.AssumeRolePolicyDocument),
    statements: [
      ...(role.RolePolicyList ?? []).flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument)),
      ...attached.flatMap((arn) => managed.get(arn) ?? []),
    ],
    awsPolicies: attached.filter((arn) => arn.startsWith(AWS_OWNED)),
  };
}

/** IAM gives documents percent-encoded (RFC 3986). */
function statementsOf(document: string | undefined): readonly Statement[] {
  const { Statement: found } = JSON.parse(decodeURIComponent(document ?? "")) as {
    Statement: Statement | readonly Statement[];
  };
  return Array.isArray(found) ? (found as readonly Statement[]) : [found as Statement];
}

/**
 * Every allowed action with its resources. `NotAction` and `NotResource` appear as the action and resource `*`:
 * they grant what nobody named.
 */
export function grantsOf(statements: readonly Statement[]): Record<string, string[]> {
  const grants: Record<string, string[]> = {};
  for (const { Action = "*", Resource = "*" } of statements.filter(({ Effect }) => Effect === "Allow")) {
    for (const action of [Action].flat()) grants[action] = [...(grants[action] ?? []), ...[Resource].flat()];
  }
  return grants;
}
