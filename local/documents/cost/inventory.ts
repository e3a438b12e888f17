import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadTemplate } from "../../../components/template";

/** How many of the things that are paid for by being there one Region has, as its templates say. */
export interface Inventory {
  readonly keys: number;
  readonly interfaceEndpoints: number;
  readonly zones: number;
  readonly alarms: number;
  readonly dashboards: number;
  readonly webAclRules: number;
  readonly databaseInstances: number;
  readonly healthChecks: number;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Counts what the templates hold. */
export function inventory(folder: string): Inventory {
  const resources = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => {
      const { Resources } = loadTemplate(join(folder, file)).document as {
        Resources: Record<string, Resource>;
      };
      return Object.values(Resources);
    });
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const [webAcl] = ofType("AWS::WAFv2::WebACL");
  return {
    keys: ofType("AWS::KMS::Key").length,
    interfaceEndpoints: ofType("AWS::EC2::VPCEndpoint").filter(
      ({ Properties }) => Properties?.["VpcEndpointType"] === "Interface",
    ).length,
    zones: ofType("AWS::EC2::NatGateway").length,
    alarms: ofType("AWS::CloudWatch::Alarm").length,
    dashboards: ofType("AWS::CloudWatch::Dashboard").length,
    webAclRules: (webAcl?.Properties?.["Rules"] as readonly unknown[] | undefined)?.length ?? 0,
    databaseInstances: ofType("AWS::RDS::DBInstance").length,
    healthChecks: ofType("AWS::Route53::HealthCheck").filter(
      ({ Properties }) =>
        (Properties?.["HealthCheckConfig"] as Record<string, unknown> | undefined)?.["Type"] !== "CALCULATED",
    ).length,
  };
}
