import type { Report } from "../engine/judge";
import type { Rule } from "../engine/rule";
import type { Settings } from "../engine/settings";
import type { TemplateSet } from "../engine/set";
import type { Suppression } from "../engine/suppressions";

/** All that a report can show. */
export interface Evidence {
  readonly report: Report;
  readonly rules: readonly Rule[];
  readonly settings: Settings;
  readonly set: TemplateSet;
  readonly suppressions: readonly Suppression[];
}
