import { awsConfig, REGIONS, type EmbeddedCloud, type Place } from "../client";
import { INVENTORIES, type Inventory } from "./inventory";

/** A resource that is still there. */
export interface Leftover {
  readonly region: string;
  readonly kind: string;
  readonly id: string;
}

/** What an empty account has all the same. */
interface Allowance {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly reason: string;
}

/** What may be listed after everything was destroyed, each with the reason why it is not ours. */
export const ALLOWANCES: readonly Allowance[] = [
  { kind: "EC2::VPC", pattern: /^vpc-0+1$/, reason: "the Region's default VPC, which every account has" },
  { kind: "EC2::Subnet", pattern: /^subnet-0+[1-9]$/, reason: "a subnet of the default VPC" },
  { kind: "EC2::SecurityGroup", pattern: /^sg-0+1$/, reason: "the default VPC's default group" },
  { kind: "Events::EventBus", pattern: /^default$/, reason: "the bus that every Region has" },
  { kind: "KMS::Alias", pattern: /^alias\/aws\//, reason: "an alias of AWS's own keys" },
  {
    kind: "IAM::Role",
    pattern: /^AWSServiceRoleFor/,
    reason: "a service-linked role: AWS makes and keeps it",
  },
  {
    kind: "RDS::DBClusterParameterGroup",
    pattern: /^default\./,
    reason: "a parameter group that every Region has",
  },
];

/** The reason why a listed resource is no leftover of ours; undefined when it is one. */
export function allowanceFor({ kind, id }: Pick<Leftover, "kind" | "id">): string | undefined {
  return ALLOWANCES.find((each) => each.kind === kind && each.pattern.test(id))?.reason;
}

/**
 * Lists everything that is left in both Regions, apart from what an empty account has.
 * @throws when a service cannot be asked: not knowing is no proof
 */
export async function findLeftovers(
  cloud: EmbeddedCloud,
  inventories: readonly Inventory[] = INVENTORIES,
): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const place of Object.keys(REGIONS) as Place[]) {
    const config = awsConfig(cloud, place);
    for (const { kind, list } of inventories) {
      for (const id of await list(config)) {
        const leftover = { region: REGIONS[place], kind, id: id ?? "(without a name)" };
        if (allowanceFor(leftover) === undefined) {
          found.push(leftover);
        }
      }
    }
  }
  return found;
}
