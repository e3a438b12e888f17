import { createHash } from "node:crypto";
import {
  Pool,
  type PoolClient,
  type PoolConfig,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from "pg";
import type { Environment } from "../environment";
import {
  databaseSecret,
  secretReader,
  type DatabaseSecret,
  type SecretReader,
} from "../secrets/SecretReader";
import {
  CommitOutcomeUnknown,
  DatabaseNotWritable,
  DatabaseUnavailable,
  isAuthenticationFailure,
  isConnectionFailure,
  isReadOnlyRefusal,
  isSerializationFailure,
  isStalePreparedStatement,
} from "./errors";
import { databaseTls } from "./tls";

/** What a repository may do inside a transaction, or alone. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

/** Where the database is and how long it may take. Durations in milliseconds. */
export interface DatabaseOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly poolSize: number;
  readonly credentials: SecretReader<DatabaseSecret>;
  readonly ssl?: PoolConfig["ssl"];
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
}

/** Attempts of a whole transaction: the first and one more, when the first certainly left nothing behind. */
const MAX_ATTEMPTS = 2;

/**
 * The connection to the Region's database. Credentials come from Secrets Manager at run time; a refused login reads the
 * secret again, so a rotation costs one retry and no error.
 */
export class Database implements Queryable {
  readonly #options: DatabaseOptions;
  /** A promise, so that parallel first calls share one pool. */
  #pool: Promise<Pool> | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** The database that the function's environment names; `limits` in milliseconds for functions with little time. */
  static fromEnvironment(
    environment: Environment<
      "DATABASE_HOST" | "DATABASE_PORT" | "DATABASE_NAME" | "DATABASE_POOL_SIZE" | "DATABASE_SECRET_ARN"
    >,
    limits: Pick<DatabaseOptions, "connectTimeoutMs" | "statementTimeoutMs"> = {},
  ): Database {
    return new Database({
      host: environment.DATABASE_HOST,
      port: environment.DATABASE_PORT,
      database: environment.DATABASE_NAME,
      poolSize: environment.DATABASE_POOL_SIZE,
      credentials: secretReader(environment.DATABASE_SECRET_ARN, databaseSecret),
      ...limits,
    });
  }

  /**
   * One statement on its own, which must be read-only or harmless to repeat: it is repeated once when the connection
   * breaks.
   *
   * @throws DatabaseUnavailable
   */
  async query<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> {
    return this.#withClient((client) => client.query<Row>(prepared(text, values)));
  }

  /**
   * Runs `work` in one transaction. `work` must have no effect outside the database: it is run a second time when the
   * first attempt certainly left nothing behind (connection lost before COMMIT, deadlock).
   *
   * @throws DatabaseUnavailable when the database cannot be reached.
   * @throws DatabaseNotWritable when it is a standby.
   * @throws CommitOutcomeUnknown when the connection broke during COMMIT.
   */
  async withTransaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query("BEGIN");
      let result: T;
      try {
        result = await work({ query: (text, values = []) => client.query(prepared(text, values)) });
      } catch (error) {
        if (!isConnectionFailure(error)) await client.query("ROLLBACK");
        throw error;
      }
      try {
        await client.query("COMMIT");
      } catch (error) {
        if (isConnectionFailure(error)) {
          throw new CommitOutcomeUnknown("the connection broke during COMMIT", { cause: error });
        }
        throw error;
      }
      return result;
    });
  }

  /** Closes every connection. The next use opens new ones. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    if (pool) await (await pool).end();
  }

  async #withClient<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(use);
      } catch (error) {
        if (error instanceof CommitOutcomeUnknown) {
          this.#discardPool();
          throw error;
        }
        if (isReadOnlyRefusal(error)) {
          // After a failover a kept connection may still lead to the server that was demoted.
          this.#discardPool();
          throw new DatabaseNotWritable("the database accepts no writes", { cause: error });
        }
        const broken =
          isConnectionFailure(error) || isAuthenticationFailure(error) || isStalePreparedStatement(error);
        if (broken) this.#discardPool();
        if ((broken || isSerializationFailure(error)) && attempt < MAX_ATTEMPTS) {
          if (isAuthenticationFailure(error)) await this.#options.credentials.read({ fresh: true });
          continue;
        }
        if (broken) throw new DatabaseUnavailable("the database cannot be reached", { cause: error });
        throw error;
      }
    }
  }

  async #attempt<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    this.#pool ??= this.#open();
    const pool = await this.#pool.catch((error: unknown) => {
      this.#pool = undefined;
      throw error;
    });
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return await use(client);
    } catch (error) {
      if (isConnectionFailure(error) || error instanceof CommitOutcomeUnknown) failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }

  async #open(): Promise<Pool> {
    const {
      host,
      port,
      database,
      poolSize,
      connectTimeoutMs = 3_000,
      statementTimeoutMs = 4_000,
    } = this.#options;
    const { username, password } = await this.#options.credentials.read();
    const pool = new Pool({
      host,
      port,
      database,
      user: username,
      password,
      ssl: this.#options.ssl ?? databaseTls(host),
      max: poolSize,
      // A frozen worker's timers stand still, so an idle connection is kept and its loss is handled on the next use.
      idleTimeoutMillis: 0,
      allowExitOnIdle: true,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs + 1_000,
      statement_timeout: statementTimeoutMs,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: 10_000,
      application_name: process.env["POWERTOOLS_SERVICE_NAME"] ?? "payments",
    });
    // A connection that ends on its own is no error of its own: whoever uses it next finds out. Without these listeners
    // the event would end the worker.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => client.on("error", () => undefined));
    return pool;
  }

  #discardPool(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    pool?.then((old) => old.end()).catch(() => undefined);
  }
}

const statementNames = new Map<string, string>();

/**
 * A statement with parameters as a prepared one: the server parses and plans it once for a connection, and not with
 * every payment. The texts are the code's own, so there are few of them.
 */
function prepared(text: string, values: readonly unknown[]): QueryConfig {
  if (values.length === 0) return { text };
  let name = statementNames.get(text);
  if (name === undefined) {
    // Names are cut at 63 bytes; another text must never have the same one.
    name = createHash("sha256").update(text).digest("hex").slice(0, 32);
    statementNames.set(text, name);
  }
  return { name, text, values: [...values] };
}
