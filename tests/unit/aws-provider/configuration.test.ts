import assert from "node:assert/strict";
import { AwsProvider } from "../../../local/aws-provider/AwsProvider";
import { checkConfiguration, parseConfiguration } from "../../../local/aws-provider/configuration";
import { UNKNOWN, withoutSecretMarks } from "../../../local/aws-provider/properties";

describe("the AWS provider's settings", () => {
  it("are read from texts and from JSON in texts, as the SDK sends them", () => {
    // Act
    const configuration = parseConfiguration({
      region: "ap-southeast-2",
      endpoints: '[{"cloudformation":"https://127.0.0.1:1"},{"s3":"https://127.0.0.1:2"}]',
      defaultTags: '{"tags":{"Team":"payments"}}',
      s3UsePathStyle: "true",
      allowedAccountIds: '["123456789012"]',
      secretKey: "123",
    });

    // Assess
    assert.deepEqual(configuration.endpoints, {
      cloudformation: "https://127.0.0.1:1",
      s3: "https://127.0.0.1:2",
    });
    assert.deepEqual(configuration.defaultTags, { Team: "payments" });
    assert.equal(configuration.s3UsePathStyle, true);
    assert.deepEqual(configuration.allowedAccountIds, ["123456789012"]);
    assert.equal(configuration.secretKey, "123");
  });

  it("are refused where the stand-in could not honour them", () => {
    assert.deepEqual(checkConfiguration({ region: "ap-southeast-1", skipMetadataApiCheck: "true" }), []);
    assert.deepEqual(checkConfiguration({ region: UNKNOWN }), []);
    assert.match(
      checkConfiguration({ region: "ap-southeast-1", assumeRoles: "[]" })[0]!.reason,
      /not supported/,
    );
    assert.match(checkConfiguration({})[0]!.reason, /invalid AWS Region: none/);
    const both = { region: "ap-southeast-1", allowedAccountIds: "[]", forbiddenAccountIds: "[]" };
    assert.match(checkConfiguration(both)[0]!.reason, /conflicts/);
  });

  it("may be marked as secret anywhere", () => {
    const secret = (value: unknown) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value,
    });
    assert.deepEqual(withoutSecretMarks({ a: secret("x"), b: [secret({ c: secret(1) })] }), {
      a: "x",
      b: [{ c: 1 }],
    });
  });

  it("do not matter to a type or function that the stand-in lacks: it says what it has", async () => {
    // Prepare
    const provider = new AwsProvider();
    await provider.configure({ region: "ap-southeast-1", skipCredentialsValidation: "true" });

    // Act, Assess
    assert.throws(
      () => provider.resource("aws:sqs/queue:Queue"),
      /has no aws:sqs\/queue:Queue; it has aws:cloudformation/,
    );
    await assert.rejects(
      provider.invoke("aws:ec2/getVpc:getVpc", {}),
      /has no function aws:ec2\/getVpc:getVpc/,
    );
    assert.deepEqual(await provider.invoke("aws:index/getRegion:getRegion", {}), {
      id: "ap-southeast-1",
      region: "ap-southeast-1",
      name: "ap-southeast-1",
      endpoint: "ec2.ap-southeast-1.amazonaws.com",
      description: "Asia Pacific (Singapore)",
    });
  });
});
