/** A migration that was already applied has another text now: history must not be rewritten. */
export class MigrationHistoryChanged extends Error {
  override readonly name = "MigrationHistoryChanged";
}

/** The database knows a migration that this code does not: an older version of the code must not touch the schema. */
export class UnknownMigrationApplied extends Error {
  override readonly name = "UnknownMigrationApplied";
}

/** The application secret cannot be used for a database role. The message never holds the password. */
export class InvalidApplicationCredentials extends Error {
  override readonly name = "InvalidApplicationCredentials";
}
