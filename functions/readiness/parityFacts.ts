import { createHash } from "node:crypto";
import {
  DescribeStacksCommand,
  GetTemplateCommand,
  type CloudFormationClient,
} from "@aws-sdk/client-cloudformation";
import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { PairFact, StackFact } from "../domain/failover/readiness";

/** A client of each Region. */
export interface Pair<Client> {
  readonly own: Client;
  readonly peer: Client;
}

/** The functions that callers reach by their alias `live`: all but those that only deployments call. */
export const FUNCTIONS = [
  "authorizer",
  "cancel",
  "capacity-control",
  "capture",
  "database-control",
  "failover-report",
  "intake",
  "lease-keeper",
  "outbox-relay",
  "payment-events",
  "payment-recovery",
  "peer-probe",
  "processor",
  "psp-notification",
  "query",
  "readiness",
  "refund",
  "region-control",
  "status",
  "synthetic-payment",
] as const;

/** The templates that stand in both Regions. */
export const TEMPLATES = [
  "artifacts",
  "audit",
  "audit-alarms",
  "dashboards",
  "database",
  "encryption",
  "failover",
  "failover-detection",
  "failover-functions",
  "failover-roles",
  "function-roles",
  "functions",
  "messaging",
  "monitoring",
  "network",
  "payments",
  "preparation",
  "region-state",
  "resource-alarms",
  "static-assets",
  "storage",
] as const;

/** Requests at once: more would meet CloudFormation's and Lambda's own limits of reading. */
const CONCURRENCY = 4;

/** Names of one Region's resources. */
export type Naming = (purpose: string) => string;

/** The hash of every function's live code, in both Regions. */
export function codeFacts(clients: Pair<LambdaClient>, names: Pair<Naming>): Promise<PairFact[]> {
  const hash = async (client: LambdaClient, FunctionName: string): Promise<string | undefined> => {
    const live = { FunctionName, Qualifier: "live" };
    const answer = await client
      .send(new GetFunctionConfigurationCommand(live))
      .catch(absentIf("ResourceNotFoundException"));
    return answer?.CodeSha256;
  };
  return inTurn(FUNCTIONS, async (name) => {
    const [own, peer] = await Promise.all([
      hash(clients.own, names.own(name)),
      hash(clients.peer, names.peer(name)),
    ]);
    return { name, own, peer };
  });
}

/** Every stack's state and template, in both Regions. Reads only. */
export function stackFacts(clients: Pair<CloudFormationClient>, names: Pair<Naming>): Promise<StackFact[]> {
  return inTurn(TEMPLATES, async (name) => {
    const [own, peer] = await Promise.all([
      stack(clients.own, names.own(name)),
      stack(clients.peer, names.peer(name)),
    ]);
    return {
      name,
      ownStatus: own.status,
      peerStatus: peer.status,
      isSame: own.template !== undefined && own.template === peer.template,
    };
  });
}

async function stack(
  client: CloudFormationClient,
  StackName: string,
): Promise<{ status: string; template: string | undefined }> {
  // CloudFormation answers ValidationError for a stack that is not there.
  const described = await client
    .send(new DescribeStacksCommand({ StackName }))
    .catch(absentIf("ValidationError"));
  const found = described?.Stacks?.[0];
  if (found === undefined) return { status: "absent", template: undefined };
  const { TemplateBody } = await client.send(
    new GetTemplateCommand({ StackName, TemplateStage: "Original" }),
  );
  const template = TemplateBody && createHash("sha256").update(TemplateBody).digest("hex");
  return { status: found.StackStatus ?? "unknown", template };
}

function absentIf(name: string): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof Error) || error.name !== name) throw error;
  };
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += CONCURRENCY) {
    results.push(...(await Promise.all(items.slice(start, start + CONCURRENCY).map(work))));
  }
  return results;
}
