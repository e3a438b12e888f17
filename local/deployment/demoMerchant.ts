import { writeFileSync } from "node:fs";
import {
  createMerchant,
  demoMerchantFile,
  FlatOutputs,
  listMerchants,
  readDemoMerchant,
  withMerchants,
  type EmbeddedCloud,
  type MerchantWithKey,
} from "../client";

/**
 * The demo merchant, made at the first deployment. Its key is kept in a private file, because the database has only the
 * key's hash.
 * @returns the merchant, and whether it was made just now
 */
export async function ensureDemoMerchant(
  cloud: EmbeddedCloud,
  outputs: FlatOutputs,
): Promise<MerchantWithKey & { created: boolean }> {
  return withMerchants(
    async (store) => {
      const known = tryReadDemoMerchant(cloud.directory);
      const merchants = await listMerchants(store);
      if (known && merchants.some((each) => each.merchantId === known.merchantId && each.usableKeys > 0)) {
        return { ...known, created: false };
      }
      const merchant = await createMerchant(store, { name: "Demo merchant" });
      writeFileSync(demoMerchantFile(cloud.directory), JSON.stringify(merchant), { mode: 0o600 });
      return { ...merchant, created: true };
    },
    cloud,
    outputs,
  );
}

function tryReadDemoMerchant(directory: string): MerchantWithKey | undefined {
  try {
    return readDemoMerchant(directory);
  } catch {
    return undefined;
  }
}
