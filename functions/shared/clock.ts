import type { Clock } from "../domain/clock";

export type { Clock };

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() };
