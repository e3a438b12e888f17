import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { exportFlatOutputs, flatKey, flatOutputs, writeFlatOutputs } from "../../../components/flatOutputs";
import { RegionPair } from "../../../components/RegionPair";
import { TemplateStack } from "../../../components/TemplateStack";
import { MockCloud, VALID_CONFIG, valueOf } from "./mocks";

const environment = { suffix: "test", type: "nonproduction", tags: VALID_CONFIG.tags } as const;

async function encryptionStacks(preview: boolean) {
  const answer = (name: string) => ({ LogsKeyArn: `logs of ${name}`, DataKeyArn: `data of ${name}` });
  await pulumi.runtime.setMocks(new MockCloud(answer), "payments", "test", preview);
  const { primary, dr } = new RegionPair(VALID_CONFIG).both(
    (region) => new TemplateStack("encryption", { region, environment, parameters: {} }),
  );
  return [primary, dr];
}

describe("flat outputs", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "flat-"));
    process.env["FLAT_OUTPUTS"] = path.join(folder, "outputs/flat.json");
  });
  afterEach(() => {
    delete process.env["FLAT_OUTPUTS"];
    fs.rmSync(folder, { recursive: true });
  });

  it("have keys of place, template and output", () => {
    assert.equal(flatKey("Primary", "region-state", "RegionTableArn"), "PrimaryRegionStateRegionTableArn");
  });

  it("hold what CloudFormation returned, sorted", async () => {
    const flat = await valueOf(flatOutputs(await encryptionStacks(false)));
    assert.deepEqual(Object.entries(flat), [
      ["DrEncryptionDataKeyArn", "data of stack-encryption-apse2-test"],
      ["DrEncryptionLogsKeyArn", "logs of stack-encryption-apse2-test"],
      ["PrimaryEncryptionDataKeyArn", "data of stack-encryption-apse1-test"],
      ["PrimaryEncryptionLogsKeyArn", "logs of stack-encryption-apse1-test"],
    ]);
  });

  it("satisfies R45: are written to the file that FLAT_OUTPUTS names, whole and with nothing beside it", async () => {
    const flat = await valueOf(exportFlatOutputs(await encryptionStacks(false)));
    const file = String(process.env["FLAT_OUTPUTS"]);
    assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), flat);
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ["flat.json"]);
  });

  it("are not written by a preview", async () => {
    await valueOf(exportFlatOutputs(await encryptionStacks(true)));
    assert.equal(fs.existsSync(String(process.env["FLAT_OUTPUTS"])), false);
  });

  it("replace an older file", () => {
    const file = path.join(folder, "flat.json");
    writeFlatOutputs(file, { A: "1" });
    writeFlatOutputs(file, { B: "2" });
    assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), { B: "2" });
  });

  it("refuse two stacks with the same key", async () => {
    const [stack] = await encryptionStacks(false);
    assert.ok(stack);
    const doubled = flatOutputs([stack, stack]) as unknown as { promise(): Promise<unknown> };
    await assert.rejects(doubled.promise(), /two stacks have the flat output PrimaryEncryption/);
  });
});
