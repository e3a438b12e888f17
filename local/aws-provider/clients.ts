import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { rootCertificates } from "node:tls";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { ProviderConfiguration } from "./configuration";

/** Pulumi runs many operations at once; each client keeps this many connections to the endpoint. */
const MAX_SOCKETS = 50;

export interface CallerIdentity {
  accountId: string;
  arn: string;
  userId: string;
}

/** The AWS clients of one provider, one for each service and Region. */
export class Clients {
  readonly #configuration: ProviderConfiguration;
  readonly #made = new Map<string, unknown>();

  constructor(configuration: ProviderConfiguration) {
    this.#configuration = configuration;
  }

  cloudFormation(region: string): CloudFormationClient {
    return this.#once(
      `cloudformation ${region}`,
      () => new CloudFormationClient(this.#options("cloudformation", region)),
    );
  }

  s3(region: string): S3Client {
    return this.#once(
      `s3 ${region}`,
      () =>
        new S3Client({ ...this.#options("s3", region), forcePathStyle: this.#configuration.s3UsePathStyle }),
    );
  }

  async callerIdentity(): Promise<CallerIdentity> {
    const { region } = this.#configuration;
    const client = this.#once("sts", () => new STSClient(this.#options("sts", region)));
    const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
    return { accountId: Account ?? "", arn: Arn ?? "", userId: UserId ?? "" };
  }

  #once<T>(key: string, make: () => T): T {
    const existing = this.#made.get(key) as T | undefined;
    const client = existing ?? make();
    this.#made.set(key, client);
    return client;
  }

  #options(service: string, region: string) {
    const { accessKey, secretKey, token, profile, maxRetries, endpoints } = this.#configuration;
    return {
      region,
      endpoint: endpoints[service],
      credentials:
        accessKey && secretKey
          ? { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: token }
          : undefined,
      profile,
      // The official provider's default is 25 retries; attempts count the first one too.
      maxAttempts: (maxRetries ?? 24) + 1,
      requestHandler: { connectionTimeout: 10_000, requestTimeout: 120_000, httpsAgent: this.#agent() },
    };
  }

  /** The JavaScript SDK does not read AWS_CA_BUNDLE, as the official provider does. */
  #agent(): Agent {
    return this.#once("agent", () => {
      const { customCaBundle, insecure } = this.#configuration;
      const bundle = customCaBundle ?? process.env.AWS_CA_BUNDLE;
      return new Agent({
        keepAlive: true,
        maxSockets: MAX_SOCKETS,
        ca: bundle ? [...rootCertificates, readFileSync(bundle, "utf8")] : undefined,
        rejectUnauthorized: !insecure,
      });
    });
  }
}
