import type { LambdaClient } from "@aws-sdk/client-lambda";
import { ListServiceQuotasCommand, type ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { LIVE_PARAMETERS } from "../../components/liveState";
import { REGIONS, type Place } from "../../components/regions";
import type { DeployedStack } from "./stackDrift";

/** One way in which the two Regions are not alike. */
export interface Disparity {
  readonly kind: "template" | "code" | "parameter" | "quota";
  /** Of what: a template, a function, a parameter, a quota. */
  readonly name: string;
  readonly primary: string;
  readonly dr: string;
}

/** Parameters that a Region has for itself; everything else is the same on both sides. */
const OWN_PARAMETERS: Readonly<Record<string, string>> = {
  ConfigurationHash: "is made from values of the Region",
  VpcCidr: "the networks may be peered, so their ranges differ",
  GlobalClusterIdentifier: "only the secondary cluster joins",
  AdminSecretArn: "only the first cluster sets the credentials",
  RegionCode: "is the Region's",
  Place: "is the Region's",
};

/** An id or an address of a resource: the program wires it, and it differs by nature. */
const IDENTIFIER =
  /^(arn:|https?:\/\/|subnet-|sg-|vpc-|vpce-|eni-|acl-|rtb-|Z[A-Z0-9]{8,}$)|\.(amazonaws\.com|rds\.|elb\.)/;

/** The same text for both Regions where only the Region's own name differs. */
function neutral(value: string, place: Place): string {
  const { name, code } = REGIONS[place];
  return value.replaceAll(name, "<region>").replaceAll(code, "<code>");
}

/** Parameters that are settings and yet differ between the two Regions' stacks of one template. */
export function parameterDisparities(
  template: string,
  stacks: Readonly<Record<Place, DeployedStack>>,
): Disparity[] {
  const { primary, dr } = stacks;
  const live = LIVE_PARAMETERS[template] ?? [];
  const names = new Set([...Object.keys(primary.parameters), ...Object.keys(dr.parameters)]);
  return [...names].sort().flatMap((name): Disparity[] => {
    const [here = "", there = ""] = [primary.parameters[name], dr.parameters[name]];
    if (live.includes(name) || name in OWN_PARAMETERS || name.startsWith("Peer")) return [];
    if ([here, there].some((value) => value.split(",").some((item) => IDENTIFIER.test(item)))) return [];
    if (neutral(here, "primary") === neutral(there, "dr")) return [];
    return [{ kind: "parameter", name: `${template}.${name}`, primary: here, dr: there }];
  });
}

/** Names of resources that a stack's own outputs or another's give are wiring as well. */
export function withoutWiring(
  disparities: readonly Disparity[],
  outputs: Readonly<Record<Place, ReadonlySet<string>>>,
): Disparity[] {
  return disparities.filter(
    ({ primary, dr }) => !(outputs.primary.has(primary) && (outputs.dr.has(dr) || outputs.primary.has(dr))),
  );
}

/** Two texts of one template that are not the same. */
export function templateDisparity(
  template: string,
  stacks: Readonly<Partial<Record<Place, DeployedStack>>>,
): Disparity[] {
  const { primary, dr } = stacks;
  if (primary === undefined || dr === undefined) {
    const state = (stack: DeployedStack | undefined) => (stack === undefined ? "absent" : "present");
    return [{ kind: "template", name: template, primary: state(primary), dr: state(dr) }];
  }
  if (primary.body === dr.body) return [];
  return [{ kind: "template", name: template, primary: "one text", dr: "another text" }];
}

/** Services whose quotas bound the platform; the codes of Service Quotas. */
export const QUOTA_SERVICES = [
  "apigateway",
  "cloudformation",
  "dynamodb",
  "ec2",
  "elasticloadbalancing",
  "events",
  "kms",
  "lambda",
  "logs",
  "monitoring",
  "rds",
  "secretsmanager",
  "sns",
  "sqs",
  "states",
  "vpc",
] as const;

export type QuotaClient = Pick<ServiceQuotasClient, "send">;
export type FunctionClient = Pick<LambdaClient, "send">;

const MAX_PAGES = 50;

/**
 * Quotas of which DR has less than the primary: what the primary needs, DR could not give after a failover. More in DR is no
 * disparity.
 * @throws when a Region's quotas cannot be read: not knowing is no proof
 */
export async function quotaDisparities(clients: Readonly<Record<Place, QuotaClient>>): Promise<Disparity[]> {
  const found: Disparity[] = [];
  for (const service of QUOTA_SERVICES) {
    const [primary, dr] = await Promise.all([
      quotasOf(clients.primary, service),
      quotasOf(clients.dr, service),
    ]);
    for (const [code, { name, value }] of primary) {
      const there = dr.get(code)?.value;
      // A quota that DR's list does not have is one that this Region does not know.
      if (there === undefined || there >= value) continue;
      const quota = `${service} ${code} (${name})`;
      found.push({ kind: "quota", name: quota, primary: String(value), dr: String(there) });
    }
  }
  return found;
}

interface Quota {
  readonly name: string;
  readonly value: number;
}

async function quotasOf(client: QuotaClient, ServiceCode: string): Promise<Map<string, Quota>> {
  const quotas = new Map<string, Quota>();
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(
      new ListServiceQuotasCommand({ ServiceCode, NextToken, MaxResults: 100 }),
    );
    for (const { QuotaCode, QuotaName, Value } of answer.Quotas ?? []) {
      if (QuotaCode !== undefined && Value !== undefined) {
        quotas.set(QuotaCode, { name: QuotaName ?? QuotaCode, value: Value });
      }
    }
    NextToken = answer.NextToken;
    if (NextToken === undefined) return quotas;
  }
  throw new Error(`more than ${MAX_PAGES} pages of quotas of ${ServiceCode}`);
}
