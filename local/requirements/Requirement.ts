import type { Edit } from "../drill/mutation/guards";

/** A demand on the product, numbered so that templates, tests and documents can point at it. */
export interface Requirement {
  /** `R1` to `R54`. */
  readonly id: string;
  readonly says: string;
  /** What meets it: files and folders of the repository. */
  readonly metBy: readonly string[];
}

/** A small change that breaks a requirement, and the tests that must miss it. */
export interface RequirementMutation {
  readonly requirement: string;
  /** What is broken, in words. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** The test file in which a test that names the requirement must fail. */
  readonly test: string;
}
