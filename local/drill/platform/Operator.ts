import type { ProgramResult } from "../../cli";
import type { OwnPlatform } from "../../deployment";
import type { OperatorAction } from "../Scenario";

/** The engineer on call: acts by the same commands, and by nothing else. */
export class Operator {
  readonly #platform: Pick<OwnPlatform, "command">;
  readonly #signal: AbortSignal;
  /** What was done, for the report. */
  readonly actions: OperatorAction[] = [];

  constructor(platform: Pick<OwnPlatform, "command">, signal: AbortSignal) {
    this.#platform = platform;
    this.#signal = signal;
  }

  /** Runs `npm run failover -- …`. Does not judge its exit code. */
  async failover(...args: string[]): Promise<ProgramResult> {
    const at = Date.now();
    const result = await this.#platform.command("failover", args, this.#signal);
    this.actions.push({ at, command: `failover ${args.join(" ")}`, exitCode: result.code });
    return result;
  }
}
