import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { recordsObjectEvents, trails } from "../facts/trails";

/** Reads and writes of objects are recorded. */
export const rule = pciRule({
  id: "trail-data-events",
  title: "CloudTrail records data events of buckets",
  row: 40,
  requirements: "10.2.1.1",
  severity: "medium",
  rationale:
    "Individual access to stored card data and to the logs is recorded; management events do not show it.",
  fix: "Add an event selector for AWS::S3::Object with the buckets' ARNs.",
  scope: "set",
  types: ["AWS::CloudTrail::Trail"],
  judge(resource, { set }) {
    const records = recordsObjectEvents(resource);
    if (records === true) return COMPLIANT;
    if (trails(set).some((trail) => trail !== resource && recordsObjectEvents(trail) === true))
      return notApplicable("Another trail records data events.");
    if (records === "unknown")
      return unresolved("EventSelectors", "The recorded events are known at deployment only.");
    return violation("EventSelectors", "No data events of S3 objects are recorded.");
  },
  examples: {
    compliant: [
      `T: {Type: AWS::CloudTrail::Trail, Properties: {EventSelectors: [{DataResources: [{Type: "AWS::S3::Object", Values: ["arn:aws:s3:::b/"]}]}]}}`,
      `T: {Type: AWS::CloudTrail::Trail, Properties: {AdvancedEventSelectors: [{FieldSelectors: [{Field: eventCategory, Equals: [Data]}, {Field: resources.type, Equals: ["AWS::S3::Object"]}]}]}}`,
    ],
    violation: [`T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true}}`],
    unresolved: [
      `Parameters: {E: {Type: String}}
Resources: {T: {Type: AWS::CloudTrail::Trail, Properties: {EventSelectors: !Ref E}}}`,
    ],
  },
});
