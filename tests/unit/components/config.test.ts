import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "js-yaml";
import { CONFIG_KEYS, hostNames, loadConfig, secretArns } from "../../../components/config";
import { scaledProtocol, writeEmbeddedConfig } from "../../../components/embeddedConfig";
import { setConfig, VALID_CONFIG } from "./mocks";

const ROOT = path.resolve(__dirname, "../../..");

interface StackFile {
  readonly encryptionsalt?: string;
  readonly config: Record<string, unknown>;
}

function readStackFile(file: string): StackFile {
  return yaml.load(fs.readFileSync(file, "utf8")) as StackFile;
}

/** Loads what a stack file says, as Pulumi would hand it to the program. */
function useStackFile(file: string): void {
  const entries = Object.entries(readStackFile(file).config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries) as Record<string, string>);
}

describe("configuration", () => {
  it("reads a valid one", () => {
    setConfig(VALID_CONFIG);
    assert.deepEqual(loadConfig(), VALID_CONFIG);
  });

  it("accepts Pulumi.prod.yaml as committed", () => {
    useStackFile(path.join(ROOT, "Pulumi.prod.yaml"));
    const config = loadConfig();
    assert.equal(config.environmentType, "production");
    assert.equal(config.network.natGateways, "per-az");
  });

  it("names every key of the program in Pulumi.prod.yaml", () => {
    const keys = Object.keys(readStackFile(path.join(ROOT, "Pulumi.prod.yaml")).config);
    const missing = Object.keys(CONFIG_KEYS).filter(
      (key) => key !== "endpoint" && !keys.includes(`payments:${key}`),
    );
    assert.deepEqual(missing, []);
  });

  for (const file of ["Pulumi.prod.yaml", "Pulumi.local.yaml"]) {
    it(`disables default providers in ${file} and has no unknown key`, () => {
      const { config } = readStackFile(path.join(ROOT, file));
      assert.deepEqual(config["pulumi:disable-default-providers"], ["*"]);
      const known = [
        ...Object.keys(CONFIG_KEYS).map((key) => `payments:${key}`),
        "pulumi:disable-default-providers",
      ];
      assert.deepEqual(
        Object.keys(config).filter((key) => !known.includes(key)),
        [],
      );
    });
  }

  const wrong: readonly (readonly [string, string, unknown, RegExp])[] = [
    ["a missing key", "accountId", undefined, /it is missing/],
    ["an account id of eleven digits", "accountId", "12345678901", /./],
    ["a suffix with a capital", "environmentSuffix", "Prod", /./],
    ["an unknown environment type", "environmentType", "staging", /./],
    ["a Region's name for a place", "activeRegion", "ap-southeast-1", /./],
    ["a tag too few", "tags", { Environment: "a", Project: "b" }, /CostCenter/],
    ["a tag too many", "tags", { ...VALID_CONFIG.tags, Owner: "x" }, /Owner/],
    ["text where an object belongs", "tags", "Environment=a", /./],
    [
      "a public range",
      "network",
      { cidr: { primary: "8.8.0.0/16", dr: "10.2.0.0/16" }, natGateways: "one" },
      /cidr\.primary/,
    ],
    [
      "the same range twice",
      "network",
      { cidr: { primary: "10.1.0.0/16", dr: "10.1.0.0/16" }, natGateways: "one" },
      /same range/,
    ],
    [
      "a third of a capacity unit",
      "database",
      { ...VALID_CONFIG.database, minCapacity: 0.75 },
      /minCapacity/,
    ],
    [
      "least above most capacity",
      "database",
      { ...VALID_CONFIG.database, minCapacity: 64 },
      /minCapacity is above/,
    ],
    [
      "a version written as a number",
      "database",
      { ...VALID_CONFIG.database, engineVersion: 17.7 },
      /engineVersion/,
    ],
    [
      "a secret of the other Region",
      "secrets",
      {
        ...VALID_CONFIG.secrets,
        psp: { primary: VALID_CONFIG.secrets.psp.dr, dr: VALID_CONFIG.secrets.psp.dr },
      },
      /psp\.primary/,
    ],
    [
      "a certificate of us-east-1",
      "certificates",
      { primary: "arn:aws:acm:us-east-1:123456789012:certificate/1" },
      /primary/,
    ],
    ["a PSP without TLS", "psp", { baseUrl: "http://api.psp.example" }, /baseUrl/],
    [
      "least above most warm functions",
      "functions",
      { provisionedConcurrency: 9, provisionedConcurrencyMaximum: 3 },
      /is above/,
    ],
    [
      "a lease that ends before the keeper renews it",
      "protocol",
      { witnessTtlSeconds: 10, witnessFreshSeconds: 15, leaseSeconds: 59, takeoverWaitSeconds: 150 },
      /leaseSeconds is below 60/,
    ],
    [
      "a wait that is over before the old lease is",
      "protocol",
      { witnessTtlSeconds: 10, witnessFreshSeconds: 15, leaseSeconds: 120, takeoverWaitSeconds: 129 },
      /takeoverWaitSeconds is below/,
    ],
    [
      "an answer of the witness that is stale before it is renewed",
      "protocol",
      { witnessTtlSeconds: 10, witnessFreshSeconds: 9, leaseSeconds: 120, takeoverWaitSeconds: 150 },
      /witnessFreshSeconds is below/,
    ],
    [
      "a time to live that no record can have",
      "protocol",
      { witnessTtlSeconds: 0.5, witnessFreshSeconds: 15, leaseSeconds: 120, takeoverWaitSeconds: 150 },
      /witnessTtlSeconds is below 1/,
    ],
    ["an approval of another kind", "failover", { approval: "maybe" }, /approval/],
    ["an endpoint on AWS", "endpoint", "https://127.0.0.1:4566", /target is aws/],
    ["no e-mail address", "onCallEmail", "on-call", /./],
  ];
  for (const [what, key, value, problem] of wrong) {
    it(`refuses ${what}, naming the key, what it expects and an example`, () => {
      setConfig({ ...VALID_CONFIG, [key]: value });
      assert.throws(
        () => loadConfig(),
        (error: unknown) => {
          assert.ok(pulumi.RunError.isInstance(error));
          assert.match(error.message, new RegExp(`^configuration key payments:${key}: `));
          assert.match(error.message, problem);
          assert.match(error.message, /\n {2}expected: .+\n {2}example: {2}payments:/);
          return true;
        },
      );
    });
  }

  it("does not repeat a wrong value, which may be a secret", () => {
    setConfig({ ...VALID_CONFIG, psp: { baseUrl: "http://user:hunter2@psp.example" } });
    assert.throws(
      () => loadConfig(),
      (error: unknown) => error instanceof Error && !error.message.includes("hunter2"),
    );
  });

  const embedded = { ...VALID_CONFIG, target: "embedded", environmentType: "nonproduction" };

  it("wants an endpoint for the embedded cloud and says how to get one", () => {
    setConfig(embedded);
    assert.throws(() => loadConfig(), /payments:endpoint: .*npm run up/);
  });

  it("keeps the embedded cloud on this machine", () => {
    setConfig({ ...embedded, endpoint: "https://localhost.example:4566" });
    assert.throws(() => loadConfig(), /not on this machine/);
    setConfig({ ...embedded, endpoint: "https://127.0.0.1:4566" });
    assert.equal(loadConfig().endpoint, "https://127.0.0.1:4566");
  });

  it("never calls the embedded cloud production", () => {
    setConfig({ ...embedded, endpoint: "https://localhost:4566", environmentType: "production" });
    assert.throws(() => loadConfig(), /payments:environmentType: the embedded cloud is never production/);
  });

  it("takes every example of its own error messages", () => {
    for (const [key, { example, schema }] of Object.entries(CONFIG_KEYS)) {
      if (example.includes("...")) continue;
      const value = yaml.load(example);
      assert.ok(schema.safeParse(value).success, `${key}: ${example}`);
    }
  });

  it("derives host names and secrets of both Regions", () => {
    assert.deepEqual(hostNames(VALID_CONFIG), {
      api: "api.payments.example",
      notifications: "notifications.payments.example",
      witness: "witness.payments.example",
      site: "status.payments.example",
      primary: { api: "api-apse1.payments.example", notifications: "notifications-apse1.payments.example" },
      dr: { api: "api-apse2.payments.example", notifications: "notifications-apse2.payments.example" },
    });
    assert.equal(secretArns(VALID_CONFIG, "dr").psp, VALID_CONFIG.secrets.psp.dr);
  });
});

describe("configuration of stack local", () => {
  const { accountId, secrets, certificates, edge, domain, psp } = VALID_CONFIG;
  const values = { accountId, secrets, certificates, edge, domain, psp, endpoint: "https://127.0.0.1:4566" };
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "config-"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("is complete once the running cloud's values are added to the committed base", () => {
    const target = path.join(folder, "cloud/Pulumi.local.yaml");
    writeEmbeddedConfig(path.join(ROOT, "Pulumi.local.yaml"), target, values);
    useStackFile(target);
    const config = loadConfig();
    assert.equal(config.endpoint, values.endpoint);
    assert.equal(config.environmentSuffix, "local");
  });

  it("divides the protocol's timings by the cloud's clock", () => {
    const target = path.join(folder, "Pulumi.local.yaml");
    writeEmbeddedConfig(path.join(ROOT, "Pulumi.local.yaml"), target, { ...values, clockFactor: 20 });
    useStackFile(target);
    assert.deepEqual(loadConfig().protocol, {
      witnessTtlSeconds: 0.5,
      witnessFreshSeconds: 0.75,
      leaseSeconds: 6,
      takeoverWaitSeconds: 7.5,
    });
    assert.deepEqual(scaledProtocol(1), VALID_CONFIG.protocol);
    for (const factor of [0, -1, NaN, Infinity]) assert.throws(() => scaledProtocol(factor), RangeError);
  });

  it("lets a test choose its own suffix", () => {
    const target = path.join(folder, "Pulumi.local.yaml");
    writeEmbeddedConfig(path.join(ROOT, "Pulumi.local.yaml"), target, values, { environmentSuffix: "itest" });
    useStackFile(target);
    assert.equal(loadConfig().environmentSuffix, "itest");
  });

  it("keeps the passphrase's salt over rewrites", () => {
    const target = path.join(folder, "Pulumi.local.yaml");
    const base = path.join(ROOT, "Pulumi.local.yaml");
    writeEmbeddedConfig(base, target, values, {}, "v1:salt");
    writeEmbeddedConfig(base, target, { ...values, endpoint: "https://127.0.0.1:4999" });
    assert.equal(readStackFile(target).encryptionsalt, "v1:salt");
    assert.equal(readStackFile(target).config["payments:endpoint"], "https://127.0.0.1:4999");
  });
});
