import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  assertExplicitRegion,
  forbidDefaultProviders,
  type GuardedResource,
} from "../../../components/guards";
import { RegionPair } from "../../../components/RegionPair";
import { MockCloud, setConfig, VALID_CONFIG } from "./mocks";

// The guard compares providers by identity only.
const primary = { name: "aws-primary" } as unknown as pulumi.ProviderResource;
const dr = { name: "aws-dr" } as unknown as pulumi.ProviderResource;

function resource(over: Partial<GuardedResource> & { provider?: pulumi.ProviderResource }): GuardedResource {
  const { provider, ...rest } = over;
  const opts: pulumi.CustomResourceOptions = provider ? { provider } : {};
  return { type: "aws:s3/bucketObjectv2:BucketObjectv2", name: "code", props: {}, opts, ...rest };
}

describe("default provider guard", () => {
  it("lets resources of the two Regions pass", () => {
    assertExplicitRegion(resource({ provider: primary }), [primary, dr]);
    assertExplicitRegion(resource({ provider: dr }), [primary, dr]);
  });

  it("lets components and providers pass, which have no Region", () => {
    assertExplicitRegion(resource({ type: "payments:index:TemplateStack" }), [primary, dr]);
    assertExplicitRegion(resource({ type: "pulumi:providers:aws" }), [primary, dr]);
  });

  it("refuses a resource without a provider, naming it", () => {
    assert.throws(
      () => assertExplicitRegion(resource({}), [primary, dr]),
      /aws:s3\/bucketObjectv2:BucketObjectv2 "code" would use the default provider/,
    );
    assert.throws(
      () => assertExplicitRegion(resource({ type: "aws-native:s3:Bucket" }), [primary, dr]),
      /default/,
    );
  });

  it("refuses a third provider", () => {
    const other = { name: "aws-us-east-1" } as unknown as pulumi.ProviderResource;
    assert.throws(() => assertExplicitRegion(resource({ provider: other }), [primary, dr]), /neither/);
  });

  it("refuses a resource that chooses its Region itself", () => {
    const stray = resource({ provider: dr, props: { region: "us-east-1" } });
    assert.throws(() => assertExplicitRegion(stray, [primary, dr]), /sets "region"/);
  });

  it("holds for every resource of a program, also inside components", async () => {
    await pulumi.runtime.setMocks(new MockCloud(), "payments", "test");
    setConfig(VALID_CONFIG);
    await pulumi.runtime.runInPulumiStack(() => {
      const regions = new RegionPair(VALID_CONFIG);
      forbidDefaultProviders(regions);
      const parent = new pulumi.ComponentResource("payments:index:Sample", "sample");
      new aws.s3.BucketObjectv2(
        "right",
        { bucket: "b", key: "k" },
        { parent, provider: regions.dr.provider },
      );
      assert.throws(
        () => new aws.s3.BucketObjectv2("wrong", { bucket: "b", key: "k" }, { parent }),
        /BucketObjectv2 "wrong" would use the default provider/,
      );
      return Promise.resolve();
    });
  });
});
