import { schema } from "./0001_schema";
import { ledger } from "./0002_ledger";
import { grants } from "./0003_grants";
import type { Migration } from "./types";

/** All migrations, oldest first. They are TypeScript and not `.sql` so that one bundle carries them without a loader. */
export const migrations: readonly Migration[] = [schema, ledger, grants];

export type { Migration } from "./types";
