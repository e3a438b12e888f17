import { randomUUID } from "node:crypto";
import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { REGIONS, type Place } from "../../components/regions";
import { hasBegunPromotion, OPERATION_STEPS, type OperationStep } from "../../functions/domain/failover";
import { CommandError, Refused } from "../cli";
import { ask, reasonOf, valueOf } from "./bounded";
import { openOperation, type Mode } from "./decisions";
import type { FailoverStatus } from "./failoverStatus";
import type { Platform } from "./Platform";
import type { OperationRecord } from "./records";

/** What the state machine is started with. */
export interface OperationInput {
  readonly mode: Mode;
  readonly approval: "automatic" | "approval";
  readonly trigger: string;
  readonly dryRun: boolean;
  readonly operationId: string;
}

/** An execution of the state machine. */
export interface StartedOperation {
  readonly operationId: string;
  readonly executionArn: string;
  readonly place: Place;
}

const EXECUTION_NAME_MAXIMUM = 80;

/** Starts the state machine of a Region. @throws CommandError when Step Functions refuses */
export async function startOperation(
  platform: Platform,
  place: Place,
  {
    mode,
    approval,
    dryRun,
    resumes,
  }: Pick<OperationInput, "mode" | "approval" | "dryRun"> & { resumes?: string },
): Promise<StartedOperation> {
  const unique = randomUUID();
  const operationId = resumes ?? `${mode}-${unique}`;
  const input: OperationInput = { mode, approval, trigger: "operator", dryRun, operationId };
  try {
    const { executionArn } = await platform.clients(place).stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: platform.stateMachineArn(place),
        // A name of its own even when an operation is taken up again: names cannot be used twice in 90 days.
        name: `operator-${mode}-${unique}`.slice(0, EXECUTION_NAME_MAXIMUM),
        input: JSON.stringify(input),
      }),
    );
    return { operationId, executionArn: executionArn ?? "", place };
  } catch (error) {
    throw new CommandError(
      `The ${mode} could not be started in ${REGIONS[place].name}: ${reasonOf(error)}. ` +
        "See docs/runbook.md#the-state-machine-does-not-start.",
    );
  }
}

/** Whether an operation's execution is still alive. What cannot be found out counts as alive: two must never run. */
export async function executionRuns(
  platform: Platform,
  place: Place,
  operation: OperationRecord,
): Promise<boolean> {
  const { executionArn } = operation;
  if (executionArn === undefined) return true;
  const answer = await ask((signal) =>
    platform
      .clients(place)
      .stepFunctions.send(new DescribeExecutionCommand({ executionArn }), { abortSignal: signal }),
  );
  const status = valueOf(answer)?.status;
  return status === undefined || status === "RUNNING" || status === "PENDING_REDRIVE";
}

/** The operation that `approve`, `pause` and the like are about. @throws Refused when there is none */
export function operationInHand(status: FailoverStatus): { place: Place; operation: OperationRecord } {
  const open = openOperation(status);
  if (open !== undefined) return open;
  const silent = (["primary", "dr"] as const).filter((place) => !status.regions[place].records.answered);
  const hint = silent
    .map((place) => ` ${REGIONS[place].name} does not answer and could not be asked.`)
    .join("");
  throw new Refused(`No operation is under way.${hint}`);
}

/** Answers the operation's question whether it may go on. @throws Refused when it does not ask */
export async function answerApproval(
  platform: Platform,
  { place, operation }: { place: Place; operation: OperationRecord },
  answer: { readonly approved: boolean; readonly reason?: string },
): Promise<void> {
  const { taskToken, operationId, state } = operation;
  if (state !== "AWAITING_APPROVAL" || taskToken === undefined) {
    throw new Refused(`Operation ${operationId} is ${state}: it does not wait for an approval.`);
  }
  const { stepFunctions } = platform.clients(place);
  try {
    if (answer.approved) {
      const output = JSON.stringify({ approved: true });
      await stepFunctions.send(new SendTaskSuccessCommand({ taskToken, output }));
    } else {
      const cause = answer.reason ?? "An operator rejected it.";
      await stepFunctions.send(new SendTaskFailureCommand({ taskToken, error: "Rejected", cause }));
    }
  } catch (error) {
    const name = (error as Error).name;
    if (name === "TaskTimedOut" || name === "TaskDoesNotExist" || name === "InvalidToken") {
      throw new Refused(`Operation ${operationId} no longer waits for this answer (${name}).`);
    }
    throw new CommandError(`The answer was not accepted: ${reasonOf(error)}`);
  }
}

export type OperationRequest = "pause" | "resume" | "cancel";

/** Whether an operation can do what it is asked. @throws Refused when not, with why */
export function assertRequestable(operation: OperationRecord, request: OperationRequest): void {
  const { operationId, state, step } = operation;
  const begun =
    step !== undefined &&
    (OPERATION_STEPS as readonly string[]).includes(step) &&
    hasBegunPromotion(step as OperationStep);
  if (request === "resume" && state !== "PAUSED" && operation.request !== "pause") {
    throw new Refused(`Operation ${operationId} is ${state}, not paused.`);
  }
  if (request !== "resume" && begun) {
    throw new Refused(
      `Operation ${operationId} is at step ${step}: from the promotion of the database on there is no way back but to ` +
        "finish. See docs/runbook.md#step-promote.",
    );
  }
}

/**
 * Writes what is asked of a running operation into its record; the operation reads it before its next step.
 * @throws Refused when the operation has ended or another one has taken its place meanwhile
 */
export async function requestOfOperation(
  platform: Platform,
  { place, operation }: { place: Place; operation: OperationRecord },
  request: OperationRequest,
): Promise<void> {
  assertRequestable(operation, request);
  try {
    await platform.clients(place).tables.send(
      new UpdateCommand({
        TableName: platform.names(place).regionTable,
        Key: { recordId: "operation" },
        UpdateExpression: "SET #request = :request",
        ConditionExpression: "#operationId = :operationId AND #state IN (:running, :paused, :awaiting)",
        ExpressionAttributeNames: { "#request": "request", "#operationId": "operationId", "#state": "state" },
        ExpressionAttributeValues: {
          ":request": request,
          ":operationId": operation.operationId,
          ":running": "RUNNING",
          ":paused": "PAUSED",
          ":awaiting": "AWAITING_APPROVAL",
        },
      }),
    );
  } catch (error) {
    if ((error as Error).name === "ConditionalCheckFailedException") {
      throw new Refused(`Operation ${operation.operationId} has ended meanwhile.`);
    }
    throw new CommandError(`The record in ${REGIONS[place].name} could not be changed: ${reasonOf(error)}`);
  }
}
