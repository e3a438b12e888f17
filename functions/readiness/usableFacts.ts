import { DescribeCertificateCommand, type ACMClient } from "@aws-sdk/client-acm";
import { DescribeTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { GetAccountSettingsCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { ReadinessFacts, UsableFact } from "../domain/failover/readiness";
import type { Pair } from "./parityFacts";

type Known<Name extends keyof ReadinessFacts> = Extract<
  ReadinessFacts[Name],
  { readonly known: true }
>["value"];

/** Whether each secret has a current version and is not about to be deleted. Reads no value. */
export function secretFacts(client: SecretsManagerClient, arns: readonly string[]): Promise<UsableFact[]> {
  return all(arns, async (SecretId) => {
    const { DeletedDate, VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
    if (DeletedDate !== undefined) return "is going to be deleted";
    const stages = Object.values(VersionIdsToStages ?? {}).flat();
    return stages.includes("AWSCURRENT") ? undefined : "has no current version";
  });
}

/** Whether each key encrypts and decrypts. */
export function keyFacts(client: KMSClient, arns: readonly string[]): Promise<UsableFact[]> {
  return all(arns, async (KeyId) => {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    return KeyMetadata?.KeyState === "Enabled" ? undefined : `is ${KeyMetadata?.KeyState ?? "unknown"}`;
  });
}

/** Whether each global table is there and replicates with the other Region. */
export function tableFacts(
  client: DynamoDBClient,
  tables: readonly string[],
  peerRegion: string,
): Promise<UsableFact[]> {
  return all(tables, async (TableName) => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus !== "ACTIVE") return `is ${Table?.TableStatus ?? "unknown"}`;
    const replica = Table.Replicas?.find(({ RegionName }) => RegionName === peerRegion);
    if (replica === undefined) return `has no replica in ${peerRegion}`;
    return replica.ReplicaStatus === "ACTIVE" ? undefined : `its replica is ${replica.ReplicaStatus}`;
  });
}

/** The certificate of the API's names. */
export async function certificateFacts(
  client: ACMClient,
  CertificateArn: string,
): Promise<Known<"certificate">> {
  const { Certificate } = await client.send(new DescribeCertificateCommand({ CertificateArn }));
  return { status: Certificate?.Status ?? "unknown", notAfter: Certificate?.NotAfter };
}

/** How many environments Lambda runs at once, here and in the other Region. */
export async function concurrencyFacts({ own, peer }: Pair<LambdaClient>): Promise<Known<"concurrency">> {
  const [here, there] = await Promise.all(
    [own, peer].map((client) => client.send(new GetAccountSettingsCommand({}))),
  );
  const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } =
    here?.AccountLimit ?? {};
  const peerLimit = there?.AccountLimit?.ConcurrentExecutions;
  if (limit === undefined || unreserved === undefined || peerLimit === undefined) {
    throw new Error("Lambda tells no limits");
  }
  return { limit, unreserved, peerLimit };
}

/** One that cannot be asked about is a problem of its own, and hides none of the others. */
function all(
  names: readonly string[],
  problemOf: (name: string) => Promise<string | undefined>,
): Promise<UsableFact[]> {
  return Promise.all(
    names.map(async (arn) => {
      const name = arn.slice(arn.lastIndexOf(":") + 1);
      try {
        return { name, problem: await problemOf(arn) };
      } catch (error) {
        return { name, problem: error instanceof Error ? error.name : "unknown failure" };
      }
    }),
  );
}
