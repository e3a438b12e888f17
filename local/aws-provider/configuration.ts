import { hasUnknown, present, type Properties } from "./properties";
import type { CheckFailure } from "./schema";

/** The provider's settings that this stand-in acts on, from `new aws.Provider(…)` or `aws:…` configuration. */
export interface ProviderConfiguration {
  region: string;
  accessKey?: string;
  secretKey?: string;
  token?: string;
  profile?: string;
  customCaBundle?: string;
  insecure: boolean;
  s3UsePathStyle: boolean;
  skipCredentialsValidation: boolean;
  skipRequestingAccountId: boolean;
  maxRetries?: number;
  /** Service name (as in `endpoints`) to address. */
  endpoints: Record<string, string>;
  defaultTags: Record<string, string>;
  allowedAccountIds: string[];
  forbiddenAccountIds: string[];
}

const ACTED_ON = [
  "region",
  "accessKey",
  "secretKey",
  "token",
  "profile",
  "customCaBundle",
  "insecure",
  "s3UsePathStyle",
  "skipCredentialsValidation",
  "skipRequestingAccountId",
  "maxRetries",
  "endpoints",
  "defaultTags",
  "allowedAccountIds",
  "forbiddenAccountIds",
];
/** Accepted, because on the embedded cloud they change nothing. */
const WITHOUT_EFFECT = [
  "version",
  "pluginDownloadURL",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "sharedConfigFiles",
  "sharedCredentialsFiles",
  "stsRegion",
  "retryMode",
  "s3UsEast1RegionalEndpoint",
  "userAgents",
  "ec2MetadataServiceEndpoint",
  "ec2MetadataServiceEndpointMode",
  "noProxy",
];

/** What is wrong with the provider's settings. A setting that this stand-in cannot honour is refused, never ignored. */
export function checkConfiguration(inputs: Properties): CheckFailure[] {
  const failures: CheckFailure[] = Object.keys(present(inputs))
    .filter((name) => !ACTED_ON.includes(name) && !WITHOUT_EFFECT.includes(name) && !name.startsWith("__"))
    .map((property) => ({ property, reason: "is not supported by the embedded cloud's AWS provider" }));
  const region = inputs.region;
  if (!hasUnknown(region) && !(typeof region === "string" && /^[a-z]{2}(-[a-z]+)+-\d$/.test(region))) {
    failures.push({
      property: "region",
      reason: `invalid AWS Region: ${typeof region === "string" ? region : "none"}`,
    });
  }
  if (inputs.allowedAccountIds !== undefined && inputs.forbiddenAccountIds !== undefined) {
    failures.push({ property: "allowedAccountIds", reason: "conflicts with forbiddenAccountIds" });
  }
  return failures;
}

/** Reads the settings. Everything but texts arrives as JSON in a text. */
export function parseConfiguration(inputs: Properties): ProviderConfiguration {
  const decoded = Object.fromEntries(
    Object.entries(present(inputs)).map(([name, value]) => [name, decode(value)]),
  );
  const flag = (name: string): boolean => decoded[name] === true;
  const word = (name: string): string | undefined => {
    const value = inputs[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const list = (name: string): string[] => (Array.isArray(decoded[name]) ? decoded[name].map(String) : []);
  const defaultTags = (decoded.defaultTags ?? {}) as { tags?: Record<string, string> };
  const endpoints = (Array.isArray(decoded.endpoints) ? decoded.endpoints : []) as Record<string, string>[];
  return {
    region: word("region") ?? "",
    accessKey: word("accessKey"),
    secretKey: word("secretKey"),
    token: word("token"),
    profile: word("profile"),
    customCaBundle: word("customCaBundle"),
    insecure: flag("insecure"),
    s3UsePathStyle: flag("s3UsePathStyle"),
    skipCredentialsValidation: flag("skipCredentialsValidation"),
    skipRequestingAccountId: flag("skipRequestingAccountId"),
    maxRetries: typeof decoded.maxRetries === "number" ? decoded.maxRetries : undefined,
    endpoints: Object.assign({}, ...endpoints) as Record<string, string>,
    defaultTags: defaultTags.tags ?? {},
    allowedAccountIds: list("allowedAccountIds"),
    forbiddenAccountIds: list("forbiddenAccountIds"),
  };
}

function decode(value: unknown): unknown {
  if (typeof value !== "string") {
    return value;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // A plain text: a Region, a key.
    return value;
  }
}
