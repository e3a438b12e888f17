import type { CallerIdentity } from "./clients";
import { text, type Properties } from "./properties";

export interface FunctionContext {
  region: string;
  callerIdentity: () => Promise<CallerIdentity>;
}

/** The provider's functions that a program may call; each has the outputs of the official one. */
export const FUNCTIONS: Record<
  string,
  (inputs: Properties, context: FunctionContext) => Promise<Properties>
> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async (_inputs, { callerIdentity }) => {
    const identity = await callerIdentity();
    return { ...identity, id: identity.accountId };
  },
  "aws:index/getRegion:getRegion": async (inputs, context) => {
    const region = text(inputs.region) ?? text(inputs.name) ?? context.region;
    const endpoint = `ec2.${region}.amazonaws.com`;
    return { id: region, region, name: region, endpoint, description: DESCRIPTIONS[region] ?? region };
  },
  "aws:index/getPartition:getPartition": async () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
};

/** The embedded cloud has these Regions. */
const DESCRIPTIONS: Record<string, string> = {
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "us-east-1": "US East (N. Virginia)",
};
