import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { REGIONS as PROGRAM_REGIONS } from "../../../components/regions";
import { awsConfig, type EmbeddedCloud, type FlatOutputs, type Place } from "../../client";
import type { OperationFacts, TableFacts, TableItem } from "../facts";

/** Milliseconds that a Region's answer may take before it counts as silent. */
const ANSWER_TIMEOUT_MS = 2_000;

const moment = z.union([z.string(), z.number()]).transform((value) => new Date(value).getTime());
const roleItem = z.object({
  role: z.string(),
  epoch: z.number(),
  updatedAt: moment.optional(),
  operationId: z.string().optional(),
});
const operationItem = z.object({
  operationId: z.string(),
  mode: z.string(),
  state: z.string(),
  trigger: z.string().optional(),
  dryRun: z.boolean().optional(),
  targetEpoch: z.number().optional(),
  reason: z.string().optional(),
  step: z.string().optional(),
  startedAt: moment,
  timeline: z.array(z.object({ step: z.string(), at: moment })).default([]),
});
const activationItem = z.object({
  activePlace: z.enum(["primary", "dr"]),
  epoch: z.number(),
  activatedAt: moment,
});
const sessionItem = z.object({
  paymentId: z.string(),
  status: z.string(),
  epoch: z.number(),
  acceptedAt: moment,
});
const resultItem = z.object({
  paymentId: z.string(),
  status: z.string(),
  epoch: z.number(),
  updatedAt: moment,
});

export type RoleItem = z.output<typeof roleItem>;
export type ActivationItem = z.output<typeof activationItem>;

/**
 * Reads one place's tables with schemas of its own, as an auditor would: what the product's code believes of them does
 * not matter here. A Region that is silent gives `undefined`.
 */
export class TableReader {
  readonly place: Place;
  readonly #client: DynamoDBDocumentClient;
  readonly #outputs: FlatOutputs;
  readonly #regionTable: string;
  readonly #controlTable: string;

  constructor(cloud: EmbeddedCloud, outputs: FlatOutputs, place: Place) {
    this.place = place;
    const config = awsConfig(cloud, place);
    this.#client = DynamoDBDocumentClient.from(
      new DynamoDBClient({
        ...config,
        maxAttempts: 1,
        requestHandler: { ...config.requestHandler, requestTimeout: ANSWER_TIMEOUT_MS },
      }),
    );
    this.#outputs = outputs;
    this.#regionTable = `table-region-${PROGRAM_REGIONS[place].code}-${outputs.suffix}`;
    this.#controlTable = `table-control-${outputs.suffix}`;
  }

  role(): Promise<RoleItem | undefined> {
    return this.#item(this.#regionTable, "role", roleItem);
  }

  /** The replica's word on who was activated last. */
  activation(): Promise<ActivationItem | undefined> {
    return this.#item(this.#controlTable, "activation", activationItem);
  }

  async operation(): Promise<OperationFacts | undefined> {
    const item = await this.#item(this.#regionTable, "operation", operationItem);
    return item === undefined
      ? undefined
      : { place: this.place, ...item, dryRun: item.dryRun ?? false, timeline: item.timeline };
  }

  /** Sessions and results of these merchants. */
  async tables(merchantIds: readonly string[]): Promise<TableFacts | undefined> {
    try {
      const [sessions, results] = await Promise.all([
        this.#scan(this.#outputs.get("PrimaryTablesSessionsTableName"), merchantIds, sessionItem),
        this.#scan(this.#outputs.get("PrimaryTablesResultsTableName"), merchantIds, resultItem),
      ]);
      return {
        sessions: sessions.map(({ acceptedAt, ...item }): TableItem => ({ ...item, at: acceptedAt })),
        results: results.map(({ updatedAt, ...item }): TableItem => ({ ...item, at: updatedAt })),
      };
    } catch {
      return undefined;
    }
  }

  async #item<T>(TableName: string, recordId: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      const { Item } = await this.#client.send(
        new GetCommand({ TableName, Key: { recordId }, ConsistentRead: true }),
        { abortSignal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) },
      );
      return schema.safeParse(Item).data;
    } catch {
      return undefined;
    }
  }

  async #scan<T>(TableName: string, merchantIds: readonly string[], schema: z.ZodType<T>): Promise<T[]> {
    const found: T[] = [];
    const wanted = new Set(merchantIds);
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(new ScanCommand({ TableName, ExclusiveStartKey: start }), {
        abortSignal: AbortSignal.timeout(10 * ANSWER_TIMEOUT_MS),
      });
      for (const item of page.Items ?? []) {
        if (wanted.has(String(item["merchantId"]))) found.push(schema.parse(item));
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return found;
  }
}
