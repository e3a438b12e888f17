import { why } from "../engine/checks";
import { referenced } from "../engine/links";
import { COMPLIANT, notApplicable, unresolved, violation, type Rule } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { isList, isMap, isOpaque, isPresent, type Value } from "../engine/values";

/** CloudFront runs a function at the edge, where there is no VPC. */
function runsAtEdge(set: TemplateSet, resource: Resource): boolean {
  return set.ofType("AWS::CloudFront::Distribution").some((distribution) => {
    const config = distribution.get("DistributionConfig");
    if (!isMap(config)) return false;
    const others = config["CacheBehaviors"];
    const behaviors: (Value | undefined)[] = [
      config["DefaultCacheBehavior"],
      ...(isList(others) ? others : []),
    ];
    return behaviors.some((behavior) => {
      const associations = isMap(behavior) ? behavior["LambdaFunctionAssociations"] : undefined;
      const targets = (isList(associations) ? associations : []).map((item) =>
        isMap(item) ? item["LambdaFunctionARN"] : undefined,
      );
      return targets.flatMap(referenced).some((found) => {
        const version =
          found.type === "AWS::Lambda::Version" ? referenced(found.get("FunctionName")) : [found];
        return version.includes(resource);
      });
    });
  });
}

/** Functions of the CDE run in the VPC. */
export const rule: Rule = {
  id: "lambda-in-vpc",
  title: "Functions that touch the CDE run in the VPC",
  pack: "pci",
  rows: [3],
  requirements: ["1.3.1", "1.4.1"],
  severity: "medium",
  enforcement: "mandatory",
  rationale: "Only inside the VPC do network controls stand between a function and untrusted networks.",
  fix: "Give VpcConfig with private subnets and a security group, or state in a suppression why it touches no card data.",
  types: ["AWS::Lambda::Function"],
  judge(resource, { set }) {
    const config = resource.get("VpcConfig");
    if (isOpaque(config))
      return unresolved("VpcConfig", `Whether it runs in a VPC is not known: ${why(config)}.`);
    if (isMap(config) && isPresent(config["SubnetIds"])) return COMPLIANT;
    if (runsAtEdge(set, resource))
      return notApplicable("CloudFront runs it at the edge, where no VPC exists.");
    return violation("VpcConfig", "The function runs outside every VPC.");
  },
  examples: {
    compliant: [
      `F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}}`,
      `Parameters: {Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [sg-1]}}}}`,
    ],
    violation: [
      `F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs22.x}}`,
      `F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [], SecurityGroupIds: []}}}`,
    ],
    notApplicable: [
      `F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs22.x}}
V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {DefaultCacheBehavior: {LambdaFunctionAssociations: [{EventType: viewer-request, LambdaFunctionARN: !Ref V}]}}}}`,
    ],
    unresolved: [
      `Parameters: {InVpc: {Type: String, AllowedValues: ["yes", "no"]}}
Conditions: {Inside: !Equals [!Ref InVpc, "yes"]}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: !If [Inside, {SubnetIds: [subnet-1]}, !Ref "AWS::NoValue"]}}}`,
    ],
  },
};
