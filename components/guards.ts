import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegionPair } from "./RegionPair";

/** What the guard needs of a resource that is about to be registered. */
export interface GuardedResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: pulumi.ResourceOptions;
}

/** Packages whose resources live in a Region. */
const REGIONAL_PACKAGES = /^(aws|aws-native):/;

/**
 * Refuses a resource that would be created anywhere but through one of the two explicit providers.
 * @throws Error naming the resource
 */
export function assertExplicitRegion(
  resource: GuardedResource,
  providers: readonly pulumi.ProviderResource[],
): void {
  if (!REGIONAL_PACKAGES.test(resource.type)) return;
  const { provider } = resource.opts as pulumi.CustomResourceOptions;
  const shown = `${resource.type} "${resource.name}"`;
  if (provider === undefined) {
    throw new Error(`${shown} would use the default provider: pass the provider of its Region`);
  }
  if (!providers.includes(provider)) {
    throw new Error(`${shown} uses a provider that is neither the primary's nor the DR Region's`);
  }
  // Since version 7 each resource of the provider takes a Region of its own, past the provider's.
  if (resource.props["region"] !== undefined) {
    throw new Error(`${shown} sets "region": its provider decides the Region`);
  }
}

/**
 * Holds for every resource made after the call. The engine's own setting (`pulumi:disable-default-providers` in the
 * stack files) covers function calls as well; this one fails earlier, with the resource's name.
 * @throws pulumi.RunError when the engine's setting is missing
 */
export function forbidDefaultProviders(regions: RegionPair): void {
  const disabled = new pulumi.Config("pulumi").getObject<string[]>("disable-default-providers") ?? [];
  if (!disabled.includes("*")) {
    throw new pulumi.RunError(
      'configuration key pulumi:disable-default-providers must be ["*"]: no resource may use a default provider',
    );
  }
  const providers: aws.Provider[] = [regions.primary.provider, regions.dr.provider];
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    assertExplicitRegion({ type, name, props: props, opts }, providers);
    return undefined;
  });
}
