import { orCompliant } from "../engine/checks";
import { allowsEveryone, isNarrowed } from "../engine/access";
import { pattern, statements, type Statement } from "../engine/iam";
import { known, knownLower } from "../engine/literal";
import { notApplicable, unresolved, violation, type Rule } from "../engine/rule";

const isEverything = (glob: string | undefined): boolean =>
  glob !== undefined && /^(\*|[a-z0-9-]+:\*)$/i.test(glob);

/** Everyone may do everything to everything: the same as having no policy. */
function isFullAccess(statement: Statement): boolean {
  if (statement.effect !== "Allow" || isNarrowed(statement) || statement.conditions.length > 0) return false;
  const everyone = allowsEveryone(statement) || statement.principals.length === 0;
  const actions =
    statement.notActions.length > 0 || statement.actions.some((item) => isEverything(pattern(item.value)));
  const resources =
    statement.resources.length === 0
      ? statement.notResources.length > 0
      : statement.resources.some((item) => item.value === "*");
  return everyone && actions && resources;
}

/** Endpoints carry a policy of their own. */
export const rule: Rule = {
  id: "ec2-endpoint-policy",
  title: "VPC endpoint policies do not grant full access",
  pack: "pci",
  rows: [8],
  requirements: ["1.3.1", "7.3.1"],
  severity: "medium",
  enforcement: "mandatory",
  rationale: "Without a policy of its own an endpoint lets any principal reach any resource of any account.",
  fix: "Give a PolicyDocument that names this account's principals, actions and resources.",
  types: ["AWS::EC2::VPCEndpoint"],
  judge(resource) {
    const type = knownLower(resource.get("VpcEndpointType"));
    if (type === "gatewayloadbalancer")
      return notApplicable("Gateway Load Balancer endpoints take no policy.");
    if (known(resource.get("ServiceName"))?.includes(".vpce-svc-") === true) {
      return notApplicable("Endpoints of other people's services take no policy.");
    }
    const document = resource.get("PolicyDocument");
    if (document === undefined)
      return violation("PolicyDocument", "Without a policy the endpoint allows full access.");
    const list = statements(document, "PolicyDocument");
    if (list === undefined)
      return unresolved("PolicyDocument", "The endpoint's policy is known at deployment only.");
    return orCompliant(
      list
        .filter(isFullAccess)
        .map((statement) => violation(statement.path, "The statement allows full access.")),
    );
  },
  examples: {
    compliant: [
      `E: {Type: AWS::EC2::VPCEndpoint, Properties: {ServiceName: com.amazonaws.eu-west-1.s3, PolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*"}}}}`,
      `E: {Type: AWS::EC2::VPCEndpoint, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "*", Resource: "*", Condition: {StringEquals: {"aws:PrincipalAccount": !Ref "AWS::AccountId"}}}]}}}`,
    ],
    violation: [
      `E: {Type: AWS::EC2::VPCEndpoint, Properties: {ServiceName: com.amazonaws.eu-west-1.s3}}`,
      `E: {Type: AWS::EC2::VPCEndpoint, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: ["s3:*"], Resource: "*"}]}}}`,
    ],
    notApplicable: [`E: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcEndpointType: GatewayLoadBalancer}}`],
    unresolved: [
      `Parameters: {Policy: {Type: String}}
Resources: {E: {Type: AWS::EC2::VPCEndpoint, Properties: {PolicyDocument: !Ref Policy}}}`,
    ],
  },
};
