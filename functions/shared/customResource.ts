import type {
  CloudFormationCustomResourceEvent,
  CloudFormationCustomResourceResponse,
  Context,
} from "aws-lambda";

/** What a custom resource did. */
export interface CustomResourceResult {
  /** Shown by `Fn::GetAtt`; no secrets. */
  readonly data?: Record<string, string | number | boolean>;
}

/** The parts of the protocol that tests stand in for. */
export interface CustomResourceDependencies {
  /** Stays the same for the resource's whole life: a new one would make CloudFormation delete the "old" resource. */
  readonly physicalResourceId: string;
  readonly put: (url: string, body: string) => Promise<void>;
  readonly log: { info(message: string, extra?: object): void; error(message: string, extra?: object): void };
}

/** CloudFormation gives no more than this to an answer's reason; the rest is in the function's log. Characters. */
const MAX_REASON_LENGTH = 400;
const ANSWER_TIMEOUT_MS = 10_000;
const ANSWER_ATTEMPTS = 3;

/**
 * Runs a custom resource's work and answers CloudFormation in every case: without an answer the stack waits for the
 * resource's timeout. A failure to delete is reported as success after logging, when `work` says so by not throwing.
 */
export async function serveCustomResource(
  event: CloudFormationCustomResourceEvent,
  context: Pick<Context, "logStreamName">,
  work: (event: CloudFormationCustomResourceEvent) => Promise<CustomResourceResult>,
  dependencies: CustomResourceDependencies,
): Promise<void> {
  const common = {
    PhysicalResourceId:
      "PhysicalResourceId" in event && event.PhysicalResourceId
        ? event.PhysicalResourceId
        : dependencies.physicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  };
  let answer: CloudFormationCustomResourceResponse;
  try {
    const result = await work(event);
    answer = { ...common, Status: "SUCCESS", Data: result.data ?? {} };
    dependencies.log.info("custom resource done", { requestType: event.RequestType });
  } catch (error) {
    const name = error instanceof Error ? error.name : "Error";
    const message = error instanceof Error ? error.message : "unknown failure";
    dependencies.log.error("custom resource failed", { requestType: event.RequestType, error });
    const reason = `${name}: ${message} (log stream ${context.logStreamName})`;
    answer = { ...common, Status: "FAILED", Reason: reason.slice(0, MAX_REASON_LENGTH) };
  }
  await dependencies.put(event.ResponseURL, JSON.stringify(answer));
}

/** Answers by PUT to the presigned URL; the empty content type is part of what CloudFormation signed. */
export async function putAnswer(url: string, body: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, {
        method: "PUT",
        headers: { "content-type": "", "content-length": String(Buffer.byteLength(body)) },
        body,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (response.ok) return;
      throw new Error(`CloudFormation's answer bucket said ${response.status}`);
    } catch (error) {
      if (attempt >= ANSWER_ATTEMPTS) throw error;
    }
  }
}
