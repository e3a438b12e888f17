import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { flag, isOpaque, isPresent } from "../engine/values";

/** AWS Config sees changes. Without a recording group it records everything. */
export const rule = pciRule({
  id: "config-records-changes",
  title: "The configuration recorder records changes",
  row: 46,
  requirements: "11.5.2",
  severity: "medium",
  rationale: "A change-detection mechanism alerts to unauthorized modification of critical configuration.",
  fix: "Set RecordingGroup.AllSupported to true.",
  types: ["AWS::Config::ConfigurationRecorder"],
  judge(resource) {
    const group = resource.get("RecordingGroup");
    if (group === undefined) return COMPLIANT;
    if (isOpaque(group))
      return unresolved("RecordingGroup", "The recording group is known at deployment only.");
    const all = flag(resource.get("RecordingGroup.AllSupported"));
    if (all === "true") return COMPLIANT;
    if (all === "unknown")
      return unresolved(
        "RecordingGroup.AllSupported",
        "Whether everything is recorded is known at deployment only.",
      );
    if (isPresent(resource.get("RecordingGroup.ExclusionByResourceTypes")))
      return notApplicable("It records everything but the excluded types.");
    return violation("RecordingGroup.AllSupported", "Only some resource types are recorded.");
  },
  examples: {
    compliant: [
      `C: {Type: AWS::Config::ConfigurationRecorder, Properties: {RoleARN: r}}`,
      `C: {Type: AWS::Config::ConfigurationRecorder, Properties: {RecordingGroup: {AllSupported: true}}}`,
    ],
    violation: [
      `C: {Type: AWS::Config::ConfigurationRecorder, Properties: {RecordingGroup: {AllSupported: false, ResourceTypes: ["AWS::EC2::Instance"]}}}`,
    ],
    unresolved: [
      `Parameters: {A: {Type: String}}
Resources: {C: {Type: AWS::Config::ConfigurationRecorder, Properties: {RecordingGroup: {AllSupported: !Ref A}}}}`,
    ],
  },
});
