import * as aws from "@pulumi/aws";
import type { PaymentsConfig } from "./config";
import { REGIONS, type Pair, type Place, type RegionCode, type RegionName } from "./regions";

/** One Region as the components use it. */
export interface Region {
  readonly place: Place;
  readonly name: RegionName;
  readonly code: RegionCode;
  /** The explicit provider of this Region: everything in it is created through this one. */
  readonly provider: aws.Provider;
}

/** Services that the program's own resources call: stacks, objects, and the identity check. */
const SERVICES_CALLED = ["cloudformation", "s3", "sts"] as const;

/**
 * Settings of a provider for the embedded cloud. Credentials and the certificate authority come from the standard
 * variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_CA_BUNDLE: neither belongs in the state.
 */
function embeddedArgs(endpoint: string): aws.ProviderArgs {
  return {
    endpoints: [Object.fromEntries(SERVICES_CALLED.map((service) => [service, endpoint]))],
    s3UsePathStyle: true,
    skipCredentialsValidation: true,
    skipMetadataApiCheck: true,
    skipRequestingAccountId: true,
    skipRegionValidation: true,
  };
}

/** Two explicit providers, one for each Region. There is no default provider in this program. */
export class RegionPair implements Pair<Region> {
  readonly primary: Region;
  readonly dr: Region;

  constructor(config: Pick<PaymentsConfig, "target" | "endpoint" | "accountId">) {
    this.primary = RegionPair.region("primary", config);
    this.dr = RegionPair.region("dr", config);
  }

  private static region(
    place: Place,
    config: Pick<PaymentsConfig, "target" | "endpoint" | "accountId">,
  ): Region {
    const { name, code } = REGIONS[place];
    const connection: aws.ProviderArgs =
      config.endpoint === undefined
        ? { allowedAccountIds: [config.accountId] }
        : embeddedArgs(config.endpoint);
    // The name says the place, not the Region, so that a provider's URN tells what it is for.
    return { place, name, code, provider: new aws.Provider(`aws-${place}`, { region: name, ...connection }) };
  }

  /** Does the same in both Regions. Pulumi finds the order: what does not depend on each other runs in parallel. */
  both<T>(create: (region: Region) => T): Pair<T> {
    return { primary: create(this.primary), dr: create(this.dr) };
  }
}
