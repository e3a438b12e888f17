import type { PaymentsConfig } from "./config";

/** What every stack of one environment has in common. */
export interface Environment {
  /** Ends every resource name. */
  readonly suffix: string;
  readonly type: "production" | "nonproduction";
  /** On every stack; CloudFormation hands them on to taggable resources. */
  readonly tags: { readonly Environment: string; readonly Project: string; readonly CostCenter: string };
  /** The embedded cloud's address, absent on AWS. */
  readonly endpoint?: string;
}

/** The part of the configuration that every stack shares. */
export function environmentOf(config: PaymentsConfig): Environment {
  return {
    suffix: config.environmentSuffix,
    type: config.environmentType,
    tags: config.tags,
    endpoint: config.endpoint,
  };
}
