import { SecretsProvider } from "@aws-lambda-powertools/parameters/secrets";
import * as z from "zod";

/** A secret is absent, is not JSON, or lacks a field. Names the secret and the field, never a value. */
export class UnusableSecret extends Error {
  override readonly name = "UnusableSecret";
}

/** How long a read secret is trusted, in seconds: the longest that a rotation takes to be noticed without a refusal. */
const MAX_AGE_SECONDS = 300;

/** Reads one secret; `fresh` skips the cache. */
export interface SecretReader<T> {
  read(options?: { readonly fresh?: boolean }): Promise<T>;
}

/** The part of the Powertools provider that is used, so that tests can stand in for it. */
export interface SecretSource {
  get(
    name: string,
    options: { readonly maxAge: number; readonly forceFetch: boolean },
  ): Promise<string | Uint8Array | undefined>;
}

let provider: SecretsProvider | undefined;

const powertools: SecretSource = {
  get: (name, options) => {
    provider ??= new SecretsProvider();
    return provider.get(name, options);
  },
};

/**
 * A reader of the JSON secret under this ARN, checked against a schema and cached for five minutes.
 *
 * @throws UnusableSecret from `read`.
 */
export function secretReader<T>(
  arn: string,
  schema: z.ZodType<T>,
  source: SecretSource = powertools,
): SecretReader<T> {
  return {
    async read(options) {
      const text = await source.get(arn, { maxAge: MAX_AGE_SECONDS, forceFetch: options?.fresh === true });
      if (typeof text !== "string") throw new UnusableSecret(`secret ${arn} has no text value`);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        // The parser's message would quote the secret.
        throw new UnusableSecret(`secret ${arn} is not JSON`);
      }
      const parsed = schema.safeParse(value);
      if (!parsed.success) {
        const fields = parsed.error.issues.map((issue) => issue.path.join(".") || "(whole)").join(", ");
        throw new UnusableSecret(`secret ${arn} lacks or has a malformed: ${fields}`);
      }
      return parsed.data;
    },
  };
}

/** User and password of a database role. */
export const databaseSecret = z.object({ username: z.string().min(1), password: z.string().min(1) });
/** The pepper of the API keys' hashes, and the key from which each merchant's signing key is derived. */
export const merchantSecret = z.object({
  apiKeyPepper: z.string().min(16),
  notificationSigningKey: z.string().min(16),
});
/** The platform's key at the PSP, and the key under which the PSP signs its notifications. */
export const pspSecret = z.object({ apiKey: z.string().min(1), notificationKey: z.string().min(16) });
/** The merchant that a Region pays as to prove that it takes payments. */
export const syntheticMerchantSecret = z.object({
  merchantId: z.string().min(1),
  apiKey: z.string().min(16),
});

export type DatabaseSecret = z.output<typeof databaseSecret>;
export type MerchantSecret = z.output<typeof merchantSecret>;
export type PspSecret = z.output<typeof pspSecret>;
export type SyntheticMerchantSecret = z.output<typeof syntheticMerchantSecret>;
