import { Agent } from "node:https";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { EmbeddedCloud, Place } from "./EmbeddedCloud";
import { REGIONS } from "./EmbeddedCloud";

/** What every AWS client of the embedded cloud is made with. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: { readonly httpsAgent: Agent };
  readonly maxAttempts: number;
}

/** One agent per cloud: connections are kept, the certificate is verified. */
const agents = new WeakMap<EmbeddedCloud, Agent>();

/** The configuration of an AWS SDK client: `new SQSClient(awsConfig(cloud, "primary"))`. */
export function awsConfig(cloud: EmbeddedCloud, place: Place): AwsClientConfig {
  let httpsAgent = agents.get(cloud);
  if (httpsAgent === undefined) {
    httpsAgent = new Agent({ ca: cloud.ca, keepAlive: true, maxSockets: 50 });
    agents.set(cloud, httpsAgent);
  }
  return {
    region: REGIONS[place],
    endpoint: cloud.endpoint,
    credentials: { accessKeyId: cloud.accessKeyId, secretAccessKey: cloud.secretAccessKey },
    requestHandler: { httpsAgent },
    maxAttempts: 3,
  };
}

/** The parsed JSON of an existing secret. @throws what Secrets Manager answers. */
export async function readSecret(
  cloud: EmbeddedCloud,
  place: Place,
  name: string,
): Promise<Record<string, string>> {
  const client = new SecretsManagerClient(awsConfig(cloud, place));
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
  return JSON.parse(SecretString ?? "{}") as Record<string, string>;
}
