import {
  ensureMerchant,
  withMerchants,
  type EmbeddedCloud,
  type FlatOutputs,
  type MerchantWithKey,
} from "../client";

/**
 * The merchant that a Region pays as, to prove that it takes payments again. Its secret exists before the platform does;
 * this makes the merchant that the secret names.
 * @returns whether it was made just now
 */
export async function ensureSyntheticMerchant(
  cloud: EmbeddedCloud,
  outputs: FlatOutputs,
  merchant: MerchantWithKey,
): Promise<boolean> {
  return withMerchants((store) => ensureMerchant(store, merchant, "Synthetic merchant"), cloud, outputs);
}
