import assert from "node:assert/strict";
import { INLINE_LIMIT_BYTES, placeBody, S3_LIMIT_BYTES } from "../../../../components/template";

function sized(sizeBytes: number, text = "a") {
  return { name: "payments", file: "cfn/payments.yaml", text, sizeBytes };
}

describe("template body", () => {
  it("goes inline up to 51,200 bytes", () => {
    assert.equal(INLINE_LIMIT_BYTES, 51_200);
    assert.deepEqual(placeBody(sized(51_200)), { via: "inline" });
  });

  it("goes through S3 above, under a key that follows its content", () => {
    const one = placeBody(sized(51_201, "one"));
    const two = placeBody(sized(51_201, "two"));
    assert.match(JSON.stringify(one), /"key":"templates\/payments\/[0-9a-f]{64}\.yaml"/);
    assert.notDeepEqual(one, two);
    assert.deepEqual(one, placeBody(sized(51_201, "one")));
  });

  it("is refused above 1 MB", () => {
    assert.equal(placeBody(sized(S3_LIMIT_BYTES)).via, "s3");
    assert.throws(
      () => placeBody(sized(S3_LIMIT_BYTES + 1)),
      /cfn\/payments\.yaml:1: .*1000001 bytes.*split it/,
    );
  });
});
