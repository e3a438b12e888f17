import { requirePresent } from "../engine/checks";
import { pciRule } from "../engine/define";

/** The firewall's log goes somewhere. */
export const rule = pciRule({
  id: "waf-logging",
  title: "WAF logging has a destination",
  row: 36,
  requirements: "10.2.1",
  severity: "medium",
  rationale: "What the firewall refused must be found again.",
  fix: "Name a log group, stream or bucket whose name begins with aws-waf-logs-.",
  types: ["AWS::WAFv2::LoggingConfiguration"],
  judge: (resource) =>
    requirePresent(resource, "LogDestinationConfigs", "The firewall's log has no destination."),
  examples: {
    compliant: [`L: {Type: AWS::WAFv2::LoggingConfiguration, Properties: {LogDestinationConfigs: [a]}}`],
    violation: [`L: {Type: AWS::WAFv2::LoggingConfiguration, Properties: {LogDestinationConfigs: []}}`],
  },
});
