import {
  ACMClient,
  DeleteCertificateCommand,
  ListCertificatesCommand,
  RequestCertificateCommand,
} from "@aws-sdk/client-acm";
import {
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListHostedZonesByNameCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import {
  CreateWebACLCommand,
  DeleteWebACLCommand,
  ListWebACLsCommand,
  WAFV2Client,
  type WebACLSummary,
} from "@aws-sdk/client-wafv2";
import type { EmbeddedValues } from "../../components/embeddedConfig";
import { awsConfig, REGIONS, type EmbeddedCloud, type Place } from "../client";
import { DOMAIN, type ExistingSecrets } from "../cloud";

/** Where CloudFront looks for certificates and web ACLs. */
const EDGE_REGION = "us-east-1";

const PLACES = Object.keys(REGIONS) as Place[];

/** Names of the existing secrets, by their configuration key. */
export const SECRET_NAMES = {
  databaseAdmin: "secret-database-admin",
  databaseApplication: "secret-database-application",
  merchants: "secret-merchants",
  psp: "secret-psp",
  syntheticMerchant: "secret-synthetic-merchant",
} as const satisfies Record<keyof ExistingSecrets, string>;

type SecretKey = keyof typeof SECRET_NAMES;
const SECRET_KEYS = Object.keys(SECRET_NAMES) as SecretKey[];

/**
 * Makes what the program expects to exist and never creates: the secrets and a certificate in each Region, the hosted
 * zone, and in us-east-1 what CloudFront takes from there only. What is there already stays as it is.
 * @returns the configuration values that follow from them
 */
export async function ensurePrerequisites(
  cloud: EmbeddedCloud,
  secrets: ExistingSecrets,
  suffix: string,
): Promise<EmbeddedValues> {
  const perPlace = async (work: (place: Place) => Promise<string>) => {
    const [primary, dr] = await Promise.all(PLACES.map(work));
    return { primary: primary!, dr: dr! };
  };
  const arns = await Promise.all(
    SECRET_KEYS.map(async (key) => {
      const value = JSON.stringify(secrets[key]);
      return [
        key,
        await perPlace((place) => ensureSecret(cloud, place, secretName(key, suffix), value)),
      ] as const;
    }),
  );
  return {
    endpoint: cloud.endpoint,
    accountId: cloud.accountId,
    secrets: Object.fromEntries(arns) as EmbeddedValues["secrets"],
    certificates: await perPlace((place) => ensureCertificate(new ACMClient(awsConfig(cloud, place)))),
    edge: {
      certificateArn: await ensureCertificate(new ACMClient(edgeConfig(cloud))),
      webAclArn: await ensureWebAcl(cloud, suffix),
    },
    domain: { zoneName: DOMAIN, hostedZoneId: await ensureHostedZone(cloud) },
    psp: { baseUrl: cloud.pspUrl },
  };
}

/** Removes them again, at once. */
export async function removePrerequisites(cloud: EmbeddedCloud, suffix: string): Promise<void> {
  for (const place of PLACES) {
    const secrets = new SecretsManagerClient(awsConfig(cloud, place));
    for (const key of SECRET_KEYS) {
      await secrets
        .send(
          new DeleteSecretCommand({ SecretId: secretName(key, suffix), ForceDeleteWithoutRecovery: true }),
        )
        .catch(ignoreMissing);
    }
    await removeCertificates(new ACMClient(awsConfig(cloud, place)));
  }
  await removeCertificates(new ACMClient(edgeConfig(cloud)));
  await removeWebAcl(cloud, suffix);
  const route53 = new Route53Client(awsConfig(cloud, "dr"));
  const zone = await hostedZoneId(route53);
  if (zone !== undefined) {
    await route53.send(new DeleteHostedZoneCommand({ Id: zone }));
  }
}

function secretName(key: SecretKey, suffix: string): string {
  return `${SECRET_NAMES[key]}-${suffix}`;
}

async function ensureSecret(
  cloud: EmbeddedCloud,
  place: Place,
  name: string,
  value: string,
): Promise<string> {
  const client = new SecretsManagerClient(awsConfig(cloud, place));
  const known = await client.send(new DescribeSecretCommand({ SecretId: name })).catch(ignoreMissing);
  const arn =
    known?.ARN ?? (await client.send(new CreateSecretCommand({ Name: name, SecretString: value }))).ARN;
  return required(arn, `the ARN of ${name}`);
}

/**
 * Requested, not imported: the emulator does not read names out of an imported certificate, and load balancers are
 * found by the certificate's names. What its listeners present is the embedded cloud's own certificate.
 */
async function ensureCertificate(client: ACMClient): Promise<string> {
  const [known] = await certificateArns(client);
  if (known !== undefined) {
    return known;
  }
  const { CertificateArn } = await client.send(
    new RequestCertificateCommand({
      DomainName: DOMAIN,
      SubjectAlternativeNames: [`*.${DOMAIN}`],
      ValidationMethod: "DNS",
    }),
  );
  return required(CertificateArn, "the certificate's ARN");
}

async function removeCertificates(client: ACMClient): Promise<void> {
  for (const arn of await certificateArns(client)) {
    await client.send(new DeleteCertificateCommand({ CertificateArn: arn }));
  }
}

async function certificateArns(client: ACMClient): Promise<string[]> {
  const { CertificateSummaryList } = await client.send(new ListCertificatesCommand({}));
  return (CertificateSummaryList ?? [])
    .filter((each) => each.DomainName === DOMAIN)
    .map((each) => each.CertificateArn ?? "");
}

function edgeConfig(cloud: EmbeddedCloud) {
  return { ...awsConfig(cloud, "dr"), region: EDGE_REGION };
}

function webAclName(suffix: string): string {
  return `web-acl-edge-${suffix}`;
}

async function ensureWebAcl(cloud: EmbeddedCloud, suffix: string): Promise<string> {
  const client = new WAFV2Client(edgeConfig(cloud));
  const known = await webAcl(client, suffix);
  if (known?.ARN !== undefined) {
    return known.ARN;
  }
  const name = webAclName(suffix);
  const { Summary } = await client.send(
    new CreateWebACLCommand({
      Name: name,
      Scope: "CLOUDFRONT",
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: name },
    }),
  );
  return required(Summary?.ARN, `the ARN of ${name}`);
}

async function removeWebAcl(cloud: EmbeddedCloud, suffix: string): Promise<void> {
  const client = new WAFV2Client(edgeConfig(cloud));
  const known = await webAcl(client, suffix);
  if (known !== undefined) {
    const { Id, LockToken } = known;
    await client.send(
      new DeleteWebACLCommand({ Name: webAclName(suffix), Scope: "CLOUDFRONT", Id, LockToken }),
    );
  }
}

async function webAcl(client: WAFV2Client, suffix: string): Promise<WebACLSummary | undefined> {
  const { WebACLs } = await client.send(new ListWebACLsCommand({ Scope: "CLOUDFRONT" }));
  return WebACLs?.find((each) => each.Name === webAclName(suffix));
}

async function ensureHostedZone(cloud: EmbeddedCloud): Promise<string> {
  const client = new Route53Client(awsConfig(cloud, "dr"));
  const known = await hostedZoneId(client);
  if (known !== undefined) {
    return known;
  }
  const { HostedZone } = await client.send(
    new CreateHostedZoneCommand({ Name: DOMAIN, CallerReference: `embedded-cloud-${Date.now()}` }),
  );
  return bareZoneId(required(HostedZone?.Id, "the hosted zone's id"));
}

async function hostedZoneId(client: Route53Client): Promise<string | undefined> {
  const { HostedZones } = await client.send(new ListHostedZonesByNameCommand({ DNSName: DOMAIN }));
  const zone = HostedZones?.find((each) => each.Name === `${DOMAIN}.`);
  return zone?.Id === undefined ? undefined : bareZoneId(zone.Id);
}

/** Route 53 answers `/hostedzone/Z…`. */
function bareZoneId(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof ResourceNotFoundException)) {
    throw error;
  }
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new Error(`the embedded cloud did not answer with ${what}`);
  }
  return value;
}
