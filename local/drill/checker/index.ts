import type { Facts, Moment } from "../facts";
import {
  acknowledgedPayments,
  alteredPayments,
  chargedWithoutPayment,
  databaseDifferences,
  doubleCharges,
  duplicatePayments,
  lostPayments,
  replayedPayments,
  unsettledPayments,
  type DoubleCharge,
  type Duplicate,
  type LostPayment,
} from "./payments";
import { detectedAt, longestWritePause, recoveredAt, recoveryPointMs, type WritePause } from "./recovery";
import { failbackWithoutOperator, splitBrainWrites, type SplitBrainWrite } from "./writers";

export type { DoubleCharge, Duplicate, LostPayment, SplitBrainWrite, WritePause };
export { otherPlace, placeOfEpoch } from "./writers";
export { valueAt } from "./recovery";

/** What the checker found, in milliseconds of the wall clock. */
export interface Findings {
  readonly detectedAt: Moment | undefined;
  readonly recoveredAt: Moment | undefined;
  readonly recoveryPointMs: number;
  readonly writePause: WritePause | undefined;
  readonly acknowledged: number;
  readonly surviving: number;
  readonly lost: readonly LostPayment[];
  readonly duplicates: readonly Duplicate[];
  readonly doubleCharges: readonly DoubleCharge[];
  readonly chargedWithoutPayment: readonly string[];
  readonly unsettled: readonly string[];
  readonly altered: readonly string[];
  readonly databaseDifferences: readonly string[];
  /** Minor units. */
  readonly ledgerDifference: number;
  readonly replayed: readonly string[];
  readonly splitBrainWrites: readonly SplitBrainWrite[];
  readonly failbackWithoutOperator: boolean;
}

/**
 * Judges a drill by what was gathered, and by nothing else: client history, both databases, both replicas of the tables
 * and the PSP's own books. It shares no code with the product.
 */
export function check(facts: Facts): Findings {
  const faultAt = facts.outageAt;
  const lost = lostPayments(facts);
  const acknowledged = acknowledgedPayments(facts).size;
  return {
    detectedAt: faultAt === undefined ? undefined : detectedAt(facts, faultAt),
    recoveredAt: faultAt === undefined ? undefined : recoveredAt(facts, faultAt),
    recoveryPointMs: recoveryPointMs(lost, faultAt),
    writePause: longestWritePause(facts.attempts, faultAt ?? facts.operatorAt),
    acknowledged,
    surviving: acknowledged - lost.length,
    lost,
    duplicates: duplicatePayments(facts),
    doubleCharges: doubleCharges(facts),
    chargedWithoutPayment: chargedWithoutPayment(facts),
    unsettled: unsettledPayments(facts),
    altered: alteredPayments(facts),
    databaseDifferences: databaseDifferences(facts),
    ledgerDifference: Math.max(
      0,
      ...Object.values(facts.databases).map(({ ledgerDifference }) => ledgerDifference),
    ),
    replayed: replayedPayments(facts),
    splitBrainWrites: splitBrainWrites(facts),
    failbackWithoutOperator: failbackWithoutOperator(facts),
  };
}
