import { pciRule } from "../engine/define";
import { referenced } from "../engine/links";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import type { Resource } from "../engine/template";
import { isUnresolved } from "../engine/values";

/** The path of a method by its chain of resources; undefined when a part of it is not known. */
function pathOf(method: Resource): string | undefined {
  const parts: string[] = [];
  let current = referenced(method.get("ResourceId"))[0];
  for (let depth = 0; current?.type === "AWS::ApiGateway::Resource"; depth += 1) {
    const part = known(current.get("PathPart"));
    if (part === undefined || depth > 50) return undefined;
    parts.unshift(part);
    current = referenced(current.get("ParentId"))[0];
  }
  return current?.type === "AWS::ApiGateway::RestApi" ? `/${parts.join("/")}` : undefined;
}

/** The path of an HTTP API's route key such as `GET /health`. */
function routePath(key: string): string | undefined {
  return /^[A-Z]+\s+(\/.*)$/.exec(key)?.[1];
}

/** API methods need authorization. */
export const rule = pciRule({
  id: "api-authorization",
  title: "API methods need authorization",
  row: 33,
  requirements: "7.2.1 7.2.2",
  severity: "critical",
  rationale:
    "Access is given by need to know, which an anonymous caller cannot show; an API key is no authorization. Health paths are anonymous by configuration, with a reason; OPTIONS is the browser's preflight, which carries no credentials.",
  fix: "Set AuthorizationType to CUSTOM, COGNITO_USER_POOLS, JWT or AWS_IAM.",
  types: ["AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route", "AWS::Lambda::Url"],
  judge(resource, { settings }) {
    const property = resource.type === "AWS::Lambda::Url" ? "AuthType" : "AuthorizationType";
    const value = resource.get(property);
    if (isUnresolved(value)) return unresolved(property, "The authorization is known at deployment only.");
    const type = known(value)?.toUpperCase() ?? "NONE";
    const route = known(resource.get("RouteKey")) ?? "";
    const method = known(resource.get("HttpMethod"))?.toUpperCase() ?? route.split(" ")[0];
    if (method === "OPTIONS") return notApplicable("A preflight request carries no credentials.");
    if (route.startsWith("$") && route !== "$connect" && route !== "$default")
      return notApplicable("WebSocket routes are authorized at $connect.");
    if (type !== "NONE") return COMPLIANT;
    const path = resource.type === "AWS::ApiGateway::Method" ? pathOf(resource) : routePath(route);
    const anonymous = settings.anonymousPaths.find((entry) => entry.path === path);
    if (anonymous !== undefined) return notApplicable(`${anonymous.path} is anonymous: ${anonymous.reason}`);
    return violation(property, "The method answers anonymous callers.");
  },
  examples: {
    compliant: [
      `M: {Type: AWS::ApiGateway::Method, Properties: {HttpMethod: POST, AuthorizationType: CUSTOM, AuthorizerId: a}}`,
      `R: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: GET /a, AuthorizationType: JWT}}`,
    ],
    violation: [
      `M: {Type: AWS::ApiGateway::Method, Properties: {HttpMethod: POST, AuthorizationType: NONE, ApiKeyRequired: true}}`,
      `R: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: GET /a}}`,
      `U: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE}}`,
    ],
    notApplicable: [
      `A: {Type: AWS::ApiGateway::RestApi}
H: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref A, ParentId: !GetAtt A.RootResourceId, PathPart: health}}
M: {Type: AWS::ApiGateway::Method, Properties: {HttpMethod: GET, ResourceId: !Ref H, AuthorizationType: NONE}}`,
      `M: {Type: AWS::ApiGateway::Method, Properties: {HttpMethod: OPTIONS, AuthorizationType: NONE}}`,
    ],
    unresolved: [
      `Parameters: {T: {Type: String}}
Resources: {M: {Type: AWS::ApiGateway::Method, Properties: {HttpMethod: POST, AuthorizationType: !Ref T}}}`,
    ],
  },
});
