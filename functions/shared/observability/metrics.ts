import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

export { MetricUnit };

/** What functions count. EMF in the log: no call to CloudWatch on the payment's path. */
export interface MetricRecorder {
  count(name: string, value?: number): void;
  milliseconds(name: string, value: number): void;
  /** Writes what was recorded; called once at the end of an invocation. */
  publish(): void;
}

/** Powertools metrics under the namespace that the environment names (`Payments`). */
export function createMetrics(): MetricRecorder {
  const metrics = new Metrics({ namespace: process.env["POWERTOOLS_METRICS_NAMESPACE"] ?? "Payments" });
  metrics.setDefaultDimensions({ region: process.env["AWS_REGION"] ?? "unknown" });
  return {
    count: (name, value = 1) => metrics.addMetric(name, MetricUnit.Count, value),
    milliseconds: (name, value) => metrics.addMetric(name, MetricUnit.Milliseconds, value),
    publish: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
