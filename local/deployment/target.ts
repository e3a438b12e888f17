import { resolve } from "node:path";
import { embeddedCloudDirectory } from "../client";
import { REPOSITORY } from "./Pulumi";

/** Where this run's embedded cloud and its outputs are; tests use others. */
export interface DeploymentTarget {
  readonly directory: string;
  readonly flatOutputs: string;
}

/** From `EMBEDDED_CLOUD_DIR` and `FLAT_OUTPUTS`, by default those of the clone. */
export function deploymentTarget(environment: NodeJS.ProcessEnv = process.env): DeploymentTarget {
  return {
    directory: embeddedCloudDirectory(environment),
    flatOutputs: resolve(REPOSITORY, environment["FLAT_OUTPUTS"] ?? "cfn-outputs/flat-outputs.json"),
  };
}
