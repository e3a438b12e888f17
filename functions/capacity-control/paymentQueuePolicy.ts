/**
 * The payment queue's policy exactly as template messaging writes it (PaymentQueuePolicy, parameter PaymentQueueOpen),
 * so that a later deployment finds what it would have written; a test compares the two.
 */
export function paymentQueuePolicy(queueArn: string, isOpen: boolean): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "DenyWithoutTls",
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": false } },
      },
      ...(isOpen
        ? []
        : [
            {
              Sid: "DenySendWhileStandby",
              Effect: "Deny",
              Principal: "*",
              Action: "sqs:SendMessage",
              Resource: queueArn,
            },
          ]),
    ],
  };
}

/**
 * Whether two policies say the same. SQS may give back another order of keys, a list for a single value, and "false"
 * for false.
 */
export function isSamePolicy(left: unknown, right: unknown): boolean {
  return normal(left) === normal(right);
}

function normal(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 1 ? normal(value[0]) : `[${value.map(normal).sort().join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(String(value));
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${normal(item)}`);
  return `{${entries.sort().join()}}`;
}
