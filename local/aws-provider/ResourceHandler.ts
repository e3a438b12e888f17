import type { PropertyDifference } from "./diff";
import type { Properties } from "./properties";
import type { CheckFailure } from "./schema";

export interface CheckArguments {
  /** Name of the resource in the program. */
  resourceName: string;
  /** Inputs of the last run, empty for a new resource. */
  oldInputs: Properties;
  newInputs: Properties;
  /** Makes generated names the same for a preview and its update. */
  randomSeed: Uint8Array;
}

export interface CheckOutcome {
  inputs: Properties;
  failures: CheckFailure[];
}

export interface OperationOptions {
  /** Nothing may be changed; unknown values are allowed. */
  preview: boolean;
  /** `customTimeouts` of the program in seconds, 0 when it sets none. */
  timeoutSeconds: number;
  signal: AbortSignal;
}

export interface ReadOutcome {
  id: string;
  properties: Properties;
  inputs: Properties;
}

/** One resource type of the provider. */
export interface ResourceHandler {
  check(request: CheckArguments): CheckOutcome;
  diff(state: Properties, inputs: Properties, ignored: readonly string[]): PropertyDifference[];
  /** Properties that stay as they are in every update. */
  readonly stables: readonly string[];
  /** @throws PartialFailure when it exists but is not as it should be */
  create(inputs: Properties, options: OperationOptions): Promise<{ id: string; properties: Properties }>;
  /** @returns undefined when it is gone */
  read(id: string, state: Properties, inputs: Properties): Promise<ReadOutcome | undefined>;
  update(id: string, state: Properties, inputs: Properties, options: OperationOptions): Promise<Properties>;
  delete(id: string, state: Properties, options: OperationOptions): Promise<void>;
}
