/** What no drill on the embedded cloud can show. The budget on AWS, with its sources, stands beside the figures instead. */
export const LIMITS: readonly string[] = [
  "Aurora's own promotion time (a PostgreSQL server is promoted in its place), and the time in which Aurora re-adds the old Region.",
  "The distance between the Regions: replication delays are the ones that were set, not measured ones.",
  "Route 53's fleet of checkers and resolvers that keep an answer for longer than its TTL.",
  "Cold starts, provisioned concurrency, throttles and quotas of an AWS account.",
  "Rights of state machines, VPC endpoint policies, security groups, routes and WAF rules.",
  "A fault that is neither whole nor one of those that can be set: packet loss, a single Availability Zone, a slow disk.",
  "With a clock factor above 1, computing is not shortened with the waits: in AWS seconds it looks slower than it is by that factor.",
];
