import { z } from "zod";
import { ADMINISTRATOR, REPLICATION_USER } from "./configuration";

/** The rules are RDS's own (CreateDBCluster, CreateGlobalCluster), so that what passes here passes there. */
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a Region such as ap-southeast-1");
const identifier = z
  .string()
  .regex(
    /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{0,61}[a-zA-Z0-9]$|^[a-zA-Z]$/,
    "must be 1 to 63 letters, digits and single hyphens",
  )
  .transform((text) => text.toLowerCase());
const databaseName = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]{0,62}$/, "must begin with a letter and have at most 63");
const userName = z
  .string()
  .regex(/^[a-zA-Z]\w{0,62}$/, "must begin with a letter and have at most 63")
  .refine(
    (name) => ![ADMINISTRATOR, REPLICATION_USER, "rds_superuser"].includes(name.toLowerCase()),
    "is reserved",
  );
const password = z
  .string()
  .regex(/^(?!.*[/"@])[\x21-\x7e]{8,128}$/, 'must have 8 to 128 printable characters but / " @');

export const createClusterRequest = z
  .object({
    region,
    clusterIdentifier: identifier,
    globalClusterIdentifier: identifier.optional(),
    engineVersion: z.string().regex(/^\d+\.\d+$/, "must be a version such as 17.7"),
    databaseName,
    masterUsername: userName.optional(),
    masterUserPassword: password.optional(),
    role: z.enum(["writer", "secondary"]),
    forceSsl: z.boolean().optional(),
  })
  .refine(
    (request) => request.role === "secondary" || (request.masterUsername && request.masterUserPassword),
    {
      message: "a writer needs masterUsername and masterUserPassword",
    },
  )
  .refine((request) => request.role === "writer" || request.globalClusterIdentifier !== undefined, {
    message: "a secondary needs globalClusterIdentifier",
  });

export const clusterReference = z.object({ region, clusterIdentifier: identifier });

export const promoteRequest = z.object({
  globalClusterIdentifier: identifier,
  targetRegion: region,
  mode: z.enum(["switchover", "failover"]),
});

export const replicationSettings = z.object({
  delayMs: z.number().int().min(0).max(600_000).optional(),
  cut: z.boolean().optional(),
  sourceRegion: region.optional(),
  rejoinDelayMs: z.number().int().min(0).max(3_600_000).optional(),
});

export const isolationRequest = z.object({
  region,
  mode: z.enum(["network", "frozen", "killed"]).default("frozen"),
});
