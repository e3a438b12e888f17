import { Tracer } from "@aws-lambda-powertools/tracer";

let tracer: Tracer | undefined;

/**
 * Runs `work` as one X-Ray subsegment. Outside AWS Powertools switches tracing off and this only runs `work`. Neither
 * answers nor error texts are recorded: both could hold what a merchant sent.
 */
export async function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  // HTTPS calls are not captured: a PSP's or a merchant's URL does not belong into a trace.
  tracer ??= new Tracer({ captureHTTPsRequests: false });
  if (!tracer.isTracingEnabled()) return work();
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
