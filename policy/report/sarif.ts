import type { Evidence } from "./evidence";

const LEVELS = { critical: "error", high: "error", medium: "warning", low: "note" } as const;
/** GitHub orders findings by this number. */
const SECURITY_SEVERITY = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" } as const;

/** SARIF 2.1.0, with suppressed results marked as such. */
export function sarifReport({ report, rules }: Evidence): string {
  const results = [
    ...report.findings.map((finding) => ({ finding, suppressions: undefined })),
    ...report.suppressed.map(({ finding, suppression }) => ({
      finding,
      suppressions: [
        {
          kind: "inSource",
          justification: `${suppression.reason} (${suppression.owner}, until ${suppression.expires})`,
        },
      ],
    })),
  ].map(({ finding, suppressions }) => ({
    ruleId: finding.rule,
    kind: finding.result === "violation" ? "fail" : "review",
    level: finding.result === "violation" ? LEVELS[finding.severity] : "none",
    message: { text: `${finding.logicalId} ${finding.path}: ${finding.message} Fix: ${finding.fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: finding.file
              .replace(/^[a-z0-9]+:/, "")
              .split("\\")
              .join("/"),
          },
          region: { startLine: finding.line },
        },
        logicalLocations: [
          { name: finding.logicalId, fullyQualifiedName: `${finding.logicalId}.${finding.path}` },
        ],
      },
    ],
    partialFingerprints: { resourcePath: `${finding.logicalId}/${finding.path}` },
    ...(suppressions === undefined ? {} : { suppressions }),
  }));
  const driverRules = rules.map((rule) => ({
    id: rule.id,
    name: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.rationale },
    help: { text: rule.fix },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: {
      tags: rule.requirements.map((number) => `PCI-DSS-v4.0.1/${number}`),
      "security-severity": SECURITY_SEVERITY[rule.severity],
    },
  }));
  const run = {
    tool: { driver: { name: "payments-policy", version: "1.0.0", rules: driverRules } },
    columnKind: "utf16CodeUnits",
    results,
  };
  return `${JSON.stringify({ $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] }, null, 2)}\n`;
}
