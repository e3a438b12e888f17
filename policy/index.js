// Entry of the CrossGuard pack. Pulumi runs it as plain JavaScript; the pack itself is TypeScript.
require("tsx/cjs");
require("./crossguard/index.ts");
