import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
  paginateListFunctions,
  ResourceNotFoundException,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import { REGIONS } from "../../../../components/regions";
import { awsConfig, type EmbeddedCloud, type Place } from "../../../../local/client";
import type { Operation } from "./operations";

/** Answers of the services: `done`, or the name of the error. Data never leaves the probe. */
export type Answers<Name extends string> = Readonly<Record<Name, string>>;

const NAME_PREFIX = "function-probe-";
const ACTIVE_SECONDS = { maxWaitTime: 20, minDelay: 0.1, maxDelay: 0.3 };

/** Makes every call it is given with the credentials of its role, and tells only how each ended. */
const CODE = `
const { Agent } = require("node:https");
// Shared by all clients: a connection for each call would cost more than the calls.
const httpsAgent = new Agent({ keepAlive: true, maxSockets: 4 });
const clients = new Map();
const clientOf = (module, region) => {
  const key = module + region;
  if (!clients.has(key)) {
    const sdk = require("@aws-sdk/" + module);
    const name = Object.keys(sdk).find((name) => name.endsWith("Client") && name !== "__Client");
    clients.set(key, { sdk, client: new sdk[name]({ region, maxAttempts: 2, requestHandler: { httpsAgent } }) });
  }
  return clients.get(key);
};
exports.handler = async (operations) => Object.fromEntries(await Promise.all(
  Object.entries(operations).map(async ([name, { module, command, input, region }]) => {
    const { sdk, client } = clientOf(module, region ?? process.env.AWS_REGION);
    try {
      await client.send(new sdk[command + "Command"](input));
      return [name, "done"];
    } catch (error) {
      return [name, error.name];
    }
  }),
));
`;

/** Whom a probe acts as, and where. */
export interface ProbedRole {
  readonly place: Place;
  readonly name: string;
  readonly purpose: string;
  readonly suffix: string;
  /** Takes the function's own log, so that no log group stays behind. */
  readonly logGroup: string;
}

/** A function that acts as a role: made for a test, because roles trust Lambda alone, and deleted by it. */
export class ProbeFunction {
  readonly #lambda: LambdaClient;
  readonly #name: string;

  private constructor(lambda: LambdaClient, name: string) {
    this.#lambda = lambda;
    this.#name = name;
  }

  /** Starts a function; it becomes ready meanwhile. @throws what Lambda answers */
  static async create(cloud: EmbeddedCloud, role: ProbedRole): Promise<ProbeFunction> {
    const lambda = new LambdaClient(awsConfig(cloud, role.place));
    const FunctionName = `${NAME_PREFIX}${role.purpose}-${REGIONS[role.place].code}-${role.suffix}`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Description: "Tests what a role may do. Deleted by the test that made it.",
        Role: `arn:aws:iam::${cloud.accountId}:role/${role.name}`,
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
        Timeout: 60,
        MemorySize: 512,
        LoggingConfig: { LogGroup: role.logGroup },
        Code: { ZipFile: zipSync({ "index.js": Buffer.from(CODE) }) },
      }),
    );
    return new ProbeFunction(lambda, FunctionName);
  }

  /** Makes the calls, once. @throws Error with what the function said when it did not end well */
  async call<Name extends string>(operations: Readonly<Record<Name, Operation>>): Promise<Answers<Name>> {
    const FunctionName = this.#name;
    try {
      await waitUntilFunctionActiveV2({ client: this.#lambda, ...ACTIVE_SECONDS }, { FunctionName });
      const { FunctionError, Payload } = await this.#lambda.send(
        new InvokeCommand({ FunctionName, Payload: JSON.stringify(operations) }),
      );
      const text = Buffer.from(Payload ?? []).toString();
      if (FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${text}`);
      return JSON.parse(text) as Answers<Name>;
    } finally {
      await deleteFunction(this.#lambda, FunctionName);
    }
  }
}

/** Deletes the probes of a Region, those of a run that was killed included. */
export async function deleteProbes(cloud: EmbeddedCloud, place: Place, suffix: string): Promise<void> {
  const lambda = new LambdaClient(awsConfig(cloud, place));
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
    for (const { FunctionName = "" } of Functions) {
      if (FunctionName.startsWith(NAME_PREFIX) && FunctionName.endsWith(`-${suffix}`)) {
        await deleteFunction(lambda, FunctionName);
      }
    }
  }
}

async function deleteFunction(lambda: LambdaClient, FunctionName: string): Promise<void> {
  try {
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
