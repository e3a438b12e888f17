import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { API_KEY_PATTERN, MERCHANT_ID_PATTERN } from "../../functions/domain/identifiers";
import { CommandError } from "../cli";
import type { MerchantWithKey } from "./merchants";

const schema = z.object({
  merchantId: z.string().regex(MERCHANT_ID_PATTERN),
  apiKey: z.string().regex(API_KEY_PATTERN),
});

/** The demo merchant's file in the embedded cloud's folder. */
export function demoMerchantFile(directory: string): string {
  return join(directory, "demo-merchant.json");
}

/** The demo merchant that `up` made. @throws CommandError when there is none. */
export function readDemoMerchant(directory: string): MerchantWithKey {
  const file = demoMerchantFile(directory);
  if (!existsSync(file)) throw new CommandError("There is no demo merchant yet. Run: npm run up");
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new CommandError(`${file} is not readable. Delete it and run: npm run up`, { cause });
  }
}
