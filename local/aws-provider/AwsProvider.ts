import { Clients } from "./clients";
import { checkConfiguration, parseConfiguration, type ProviderConfiguration } from "./configuration";
import { describeError } from "./errors";
import { FUNCTIONS } from "./functions";
import { SdkObjectApi } from "./object/ObjectApi";
import { ObjectResource } from "./object/ObjectResource";
import type { Properties } from "./properties";
import type { ResourceHandler } from "./ResourceHandler";
import type { CheckFailure } from "./schema";
import { SdkCloudFormationApi } from "./stack/CloudFormationApi";
import { StackResource } from "./stack/StackResource";

/** The provider without its transport: settings, resource types, functions. */
export class AwsProvider {
  #configuration: ProviderConfiguration | undefined;
  #clients: Clients | undefined;
  #resources = new Map<string, ResourceHandler>();

  checkConfiguration(inputs: Properties): CheckFailure[] {
    return checkConfiguration(inputs);
  }

  /** @throws Error when the credentials do not work, or belong to an account that is not allowed */
  async configure(inputs: Properties): Promise<void> {
    const configuration = parseConfiguration(inputs);
    const clients = new Clients(configuration);
    this.#configuration = configuration;
    this.#clients = clients;
    const { region, defaultTags } = configuration;
    this.#resources = new Map<string, ResourceHandler>([
      [
        "aws:cloudformation/stack:Stack",
        new StackResource({
          region,
          defaultTags,
          api: (ofRegion) => new SdkCloudFormationApi(clients.cloudFormation(ofRegion)),
        }),
      ],
      [
        "aws:s3/bucketObjectv2:BucketObjectv2",
        new ObjectResource({
          region,
          defaultTags,
          api: (ofRegion) => new SdkObjectApi(clients.s3(ofRegion)),
        }),
      ],
    ]);
    await this.#validateAccount(configuration, clients);
  }

  /** @throws Error that names the types there are */
  resource(type: string): ResourceHandler {
    const handler = this.#resources.get(type);
    if (handler === undefined) {
      const known = [...this.#resources.keys()].join(", ");
      throw new Error(
        `the embedded cloud's AWS provider has no ${type}; it has ${known || "not been configured"}`,
      );
    }
    return handler;
  }

  async invoke(token: string, inputs: Properties): Promise<Properties> {
    const implementation = FUNCTIONS[token];
    if (implementation === undefined || this.#configuration === undefined || this.#clients === undefined) {
      throw new Error(
        `the embedded cloud's AWS provider has no function ${token}; it has ${Object.keys(FUNCTIONS).join(", ")}`,
      );
    }
    const clients = this.#clients;
    return implementation(inputs, {
      region: this.#configuration.region,
      callerIdentity: () => clients.callerIdentity(),
    });
  }

  async #validateAccount(configuration: ProviderConfiguration, clients: Clients): Promise<void> {
    const { allowedAccountIds, forbiddenAccountIds, skipCredentialsValidation, skipRequestingAccountId } =
      configuration;
    const restricted = allowedAccountIds.length > 0 || forbiddenAccountIds.length > 0;
    if (skipCredentialsValidation && (skipRequestingAccountId || !restricted)) {
      return;
    }
    const identity = await clients.callerIdentity().catch((error: unknown) => {
      throw new Error(
        `validating provider credentials: retrieving caller identity from STS: ${describeError(error)}`,
      );
    });
    const { accountId } = identity;
    const refused = restricted && allowedAccountIds.length > 0 && !allowedAccountIds.includes(accountId);
    if (refused || forbiddenAccountIds.includes(accountId)) {
      throw new Error(`AWS account ID not allowed: ${accountId}`);
    }
  }
}
