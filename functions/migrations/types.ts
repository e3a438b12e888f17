/** One forward-only step of the schema. Once applied anywhere its text never changes: the runner compares checksums. */
export interface Migration {
  /** Four digits, an underscore and a name; applied in this order. */
  readonly id: string;
  /** Statements without BEGIN or COMMIT: the runner gives every migration its own transaction. */
  readonly sql: string;
}
