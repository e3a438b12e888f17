import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { controlRecord, newestActivation, type Activation } from "../../components/controlRecord";
import { REGIONS, type Pair, type Place } from "../../components/regions";
import { awsConfig, embeddedCloudDirectory, readEmbeddedCloud } from "../client";
import type { Platform } from "../failover/Platform";
import type { FunctionClient, QuotaClient } from "./parity";
import type { StackClient } from "./stackDrift";

/** What drift detection asks, in each Region. Tests put others in their place. */
export interface DriftClients {
  readonly stacks: Pair<StackClient>;
  readonly functions: Pair<FunctionClient>;
  /** Absent on the embedded cloud, which has no quotas. */
  readonly quotas?: Pair<QuotaClient>;
  readonly tables: Pair<DynamoDBDocumentClient>;
  /** What the live control record says. @throws when no Region's replica can be read */
  readonly activation: () => Promise<Activation | undefined>;
}

/** CloudFormation throttles many small questions: the SDK waits and asks again. */
const ATTEMPTS = 8;

/** The clients of a platform, with the credentials of the command's environment. */
export function driftClients(platform: Platform): DriftClients {
  const embedded = platform.kind === "embedded" ? readEmbeddedCloud(embeddedCloudDirectory()) : undefined;
  const settings = (place: Place) =>
    embedded === undefined
      ? { region: REGIONS[place].name, maxAttempts: ATTEMPTS }
      : { ...awsConfig(embedded, place), maxAttempts: ATTEMPTS };
  const both = <T>(make: (place: Place) => T): Pair<T> => ({ primary: make("primary"), dr: make("dr") });
  return {
    stacks: both((place) => new CloudFormationClient(settings(place))),
    functions: both((place) => new LambdaClient(settings(place))),
    ...(embedded === undefined ? { quotas: both((place) => new ServiceQuotasClient(settings(place))) } : {}),
    tables: both((place) => DynamoDBDocumentClient.from(new DynamoDBClient(settings(place)))),
    activation: async () =>
      newestActivation(
        await controlRecord.readBoth({ environmentSuffix: platform.suffix, clientOf: settings }),
      ),
  };
}
