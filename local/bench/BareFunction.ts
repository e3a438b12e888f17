import { randomBytes } from "node:crypto";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { build } from "esbuild";
import { zipSync } from "fflate";
import type { Client } from "pg";
import { request, type Dispatcher } from "undici";
import { awsConfig, type EmbeddedCloud, type FlatOutputs } from "../client";
import { bareTemplate } from "./bareTemplate";

const OBJECT_KEY = "bench/bare-function.zip";
const ROLE = "bench_bare";
const WAIT_SECONDS = 60;

/** The bare function on the running platform: its own stack, schema and database role, all gone after `remove`. */
export class BareFunction {
  readonly #cloud: EmbeddedCloud;
  readonly #outputs: FlatOutputs;
  readonly #database: Client;
  readonly #stackName: string;
  #url = "";

  constructor(cloud: EmbeddedCloud, outputs: FlatOutputs, database: Client) {
    this.#cloud = cloud;
    this.#outputs = outputs;
    this.#database = database;
    this.#stackName = `stack-bench-bare-apse1-${outputs.suffix}`;
  }

  /** Removes what an interrupted run left, and makes everything. */
  async create(): Promise<void> {
    await this.remove();
    const password = randomBytes(24).toString("base64url");
    await this.#createSchema(password);
    const bucket = this.#outputs.get("PrimaryArtifactsBucketName");
    await new S3Client(awsConfig(this.#cloud, "primary")).send(
      new PutObjectCommand({ Bucket: bucket, Key: OBJECT_KEY, Body: await bundle() }),
    );
    const cloudFormation = new CloudFormationClient(awsConfig(this.#cloud, "primary"));
    await cloudFormation.send(
      new CreateStackCommand({
        StackName: this.#stackName,
        TemplateBody: bareTemplate({
          bucket,
          key: OBJECT_KEY,
          suffix: this.#outputs.suffix,
          environment: {
            DATABASE_HOST: this.#outputs.get("PrimaryDatabaseClusterEndpoint"),
            DATABASE_PORT: this.#outputs.get("PrimaryDatabaseClusterPort"),
            DATABASE_NAME: this.#outputs.get("PrimaryDatabaseDatabaseName"),
            DATABASE_USER: ROLE,
            DATABASE_PASSWORD: password,
          },
        }),
        Capabilities: ["CAPABILITY_NAMED_IAM"],
        OnFailure: "DELETE",
      }),
    );
    const wait = { client: cloudFormation, maxWaitTime: WAIT_SECONDS, minDelay: 1, maxDelay: 2 };
    await waitUntilStackCreateComplete(wait, { StackName: this.#stackName });
    const described = await cloudFormation.send(new DescribeStacksCommand({ StackName: this.#stackName }));
    const apiId = described.Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === "ApiId")?.OutputValue;
    this.#url = `${this.#cloud.endpoint}/_aws/execute-api/${apiId}/bench/`;
  }

  /** One call. @throws Error when it is not answered 202 */
  async call(dispatcher: Dispatcher): Promise<void> {
    const answer = await request(this.#url, { method: "POST", body: "{}", dispatcher });
    const text = await answer.body.text();
    if (answer.statusCode !== 202)
      throw new Error(`the bare function answered ${answer.statusCode}: ${text}`);
  }

  /** Removes all of it; what is not there is no error. */
  async remove(): Promise<void> {
    const cloudFormation = new CloudFormationClient(awsConfig(this.#cloud, "primary"));
    await cloudFormation.send(new DeleteStackCommand({ StackName: this.#stackName }));
    const wait = { client: cloudFormation, maxWaitTime: WAIT_SECONDS, minDelay: 1, maxDelay: 2 };
    await waitUntilStackDeleteComplete(wait, { StackName: this.#stackName });
    await new S3Client(awsConfig(this.#cloud, "primary")).send(
      new DeleteObjectCommand({ Bucket: this.#outputs.get("PrimaryArtifactsBucketName"), Key: OBJECT_KEY }),
    );
    await this.#database.query("DROP SCHEMA IF EXISTS bench CASCADE");
    // The role's grants went with the schema.
    await this.#database.query(`DROP ROLE IF EXISTS ${ROLE}`);
  }

  async #createSchema(password: string): Promise<void> {
    await this.#database.query("CREATE SCHEMA bench");
    await this.#database.query("CREATE TABLE bench.payments (id uuid PRIMARY KEY, amount bigint NOT NULL)");
    await this.#database.query(
      `CREATE TABLE bench.entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         payment_id uuid NOT NULL REFERENCES bench.payments, amount bigint NOT NULL)`,
    );
    // The password is our own base64url: it needs no quoting. A DDL statement takes no parameters.
    await this.#database.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}'`);
    await this.#database.query(`GRANT USAGE ON SCHEMA bench TO ${ROLE}`);
    await this.#database.query(`GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA bench TO ${ROLE}`);
  }
}

/** The function's code as a zip, bundled as the platform's functions are. */
async function bundle(): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [join(__dirname, "bareFunctionCode.ts")],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    // An optional native driver that is not installed.
    external: ["pg-native"],
    write: false,
    logLevel: "silent",
  });
  const code = result.outputFiles[0]?.contents;
  if (code === undefined) throw new Error("esbuild gave no output");
  return zipSync({ "index.js": code });
}
