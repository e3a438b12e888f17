import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import { isUnresolved } from "../engine/values";

/** No canned access-control list that opens a bucket. */
export const rule = pciRule({
  id: "s3-no-public-acl",
  title: "No bucket has a public access-control list",
  row: 9,
  requirements: "1.4.2 7.3.1",
  severity: "critical",
  rationale: "A public list hands objects to anyone, or to anyone with some AWS account.",
  fix: "Leave AccessControl out; grant access by a bucket policy.",
  types: ["AWS::S3::Bucket"],
  judge(resource) {
    const value = resource.get("AccessControl");
    if (isUnresolved(value))
      return unresolved("AccessControl", "The access-control list is known at deployment only.");
    const acl = known(value) ?? "Private";
    return ["PublicRead", "PublicReadWrite", "AuthenticatedRead"].includes(acl)
      ? violation("AccessControl", `The canned list ${acl} opens the bucket.`)
      : COMPLIANT;
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket}`,
      `B: {Type: AWS::S3::Bucket, Properties: {AccessControl: LogDeliveryWrite}}`,
    ],
    violation: [`B: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicRead}}`],
    unresolved: [
      `Parameters: {Acl: {Type: String}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {AccessControl: !Ref Acl}}}`,
    ],
  },
});
