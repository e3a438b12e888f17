import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { flag } from "../engine/values";
import { coversAllRegions, recordsManagement, trails } from "../facts/trails";

/** The trail is on and covers what happens anywhere. One multi-Region trail covers both Regions. */
export const rule = pciRule({
  id: "trail-on",
  title: "CloudTrail is on, with management events of all Regions",
  row: 39,
  requirements: "10.2.1 10.2.1.4",
  severity: "high",
  rationale:
    "All actions by administrators and all invalid access attempts are recorded, wherever in AWS they happen.",
  fix: "Set IsLogging, IsMultiRegionTrail and IncludeGlobalServiceEvents to true; record read and write management events.",
  scope: "set",
  types: ["AWS::CloudTrail::Trail"],
  judge(resource, { set }) {
    const found: Verdict[] = [];
    const logging = flag(resource.get("IsLogging"));
    if (logging === "unknown")
      found.push(unresolved("IsLogging", "Whether it is on is known at deployment only."));
    else if (logging !== "true") found.push(violation("IsLogging", "The trail is off."));
    const regions = flag(resource.get("IsMultiRegionTrail"));
    const covered = trails(set).some((trail) => trail !== resource && coversAllRegions(trail));
    if (!covered && !coversAllRegions(resource)) {
      if (regions === "unknown")
        found.push(
          unresolved("IsMultiRegionTrail", "Whether it covers all Regions is known at deployment only."),
        );
      else
        found.push(
          violation("IsMultiRegionTrail", "The trail covers one Region only, and no other covers all."),
        );
    }
    if (regions === "true" && flag(resource.get("IncludeGlobalServiceEvents")) === "false") {
      found.push(
        violation("IncludeGlobalServiceEvents", "Events of global services such as IAM are left out."),
      );
    }
    const management = recordsManagement(resource);
    if (management === "unknown")
      found.push(unresolved("EventSelectors", "The recorded events are known at deployment only."));
    if (
      management === false &&
      !trails(set).some((trail) => trail !== resource && recordsManagement(trail) === true)
    ) {
      found.push(violation("EventSelectors", "Management events are not recorded, or not all of them."));
    }
    return orCompliant(found);
  },
  examples: {
    compliant: [
      `T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, IsMultiRegionTrail: "true", IncludeGlobalServiceEvents: true}}`,
      `T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, IsMultiRegionTrail: true, AdvancedEventSelectors: [{FieldSelectors: [{Field: eventCategory, Equals: [Management]}]}]}}`,
    ],
    violation: [
      `T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: false, IsMultiRegionTrail: true}}`,
      `T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true}}`,
      `T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, IsMultiRegionTrail: true, EventSelectors: [{IncludeManagementEvents: false}]}}`,
    ],
    unresolved: [
      `Parameters: {M: {Type: String}}
Resources: {T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, IsMultiRegionTrail: !Ref M}}}`,
    ],
  },
});
