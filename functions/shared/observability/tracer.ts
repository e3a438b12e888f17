import type { Tracer } from "@aws-lambda-powertools/tracer";

/** Undefined where there is no X-Ray daemon to send to. */
const tracer = createTracer();

/**
 * Runs `work` as one X-Ray subsegment. Neither answers nor error texts are recorded: both could hold what a merchant
 * sent.
 */
export async function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!tracer?.isTracingEnabled() || !isSampled()) return work();
  const parent = tracer.getSegment();
  const segment = parent?.addNewSubsegment(name);
  if (segment) tracer.setSegment(segment);
  try {
    return await work();
  } catch (error) {
    segment?.addFaultFlag();
    throw error;
  } finally {
    segment?.close();
    if (segment && parent) tracer.setSegment(parent);
  }
}

/**
 * Lambda gives each invocation's trace header in a variable that it changes (Lambda developer guide, "Defined runtime
 * environment variables"). X-Ray keeps nothing of what is not sampled, so nothing is spent on it.
 */
function isSampled(): boolean {
  return process.env["_X_AMZN_TRACE_ID"]?.includes("Sampled=1") === true;
}

/**
 * The X-Ray SDK hooks into every promise of the process: a sixth of a payment's computing time. Lambda names the daemon
 * in the environment; without one it is not loaded at all.
 */
function createTracer(): Tracer | undefined {
  if (process.env["AWS_XRAY_DAEMON_ADDRESS"] === undefined) return undefined;
  // In the call that loads this module, because the SDK keeps its root segment in the asynchronous context that loads it.
  const powertools =
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it where it is not wanted
    require("@aws-lambda-powertools/tracer") as typeof import("@aws-lambda-powertools/tracer");
  // HTTPS calls are not captured: a PSP's or a merchant's URL does not belong into a trace.
  return new powertools.Tracer({ captureHTTPsRequests: false });
}
