import type { PspLedgerEntry } from "../../../../local/psp/PspLedger";
import type {
  Attempt,
  DatabaseFacts,
  Facts,
  Observations,
  StoredPayment,
  TableItem,
  WantedPayment,
} from "../../../../local/drill/facts";
import type { Place } from "../../../../local/client";

/** The drill's second `seconds`; a realistic moment. */
export const second = (seconds: number) => Date.parse("2026-11-24T09:00:00.000Z") + seconds * 1000;
const number = (index: number) => String(index).padStart(3, "0");
export const idOf = (index: number) => `pay_${number(index)}`;

export function wanted(index: number, change: Partial<WantedPayment> = {}): WantedPayment {
  return {
    merchantId: "mer_one",
    idempotencyKey: `key-${number(index)}`,
    amount: 1000 + index,
    currency: "SGD",
    paymentMethod: "pm_ok",
    ...change,
  };
}

/** An attempt that was accepted in `seconds` and took 100 ms. */
export function accepted(index: number, seconds: number, change: Partial<Attempt> = {}): Attempt {
  return {
    merchantId: "mer_one",
    idempotencyKey: `key-${number(index)}`,
    number: 1,
    startedAt: second(seconds) - 100,
    endedAt: second(seconds),
    outcome: "accepted",
    status: 202,
    paymentId: idOf(index),
    epoch: 1,
    ...change,
  };
}

export function refused(index: number, seconds: number, change: Partial<Attempt> = {}): Attempt {
  const { paymentId: _id, epoch: _epoch, ...rest } = accepted(index, seconds);
  return { ...rest, outcome: "refused", status: 503, code: "region_standby", ...change };
}

export function stored(index: number, seconds: number, change: Partial<StoredPayment> = {}): StoredPayment {
  return {
    paymentId: idOf(index),
    merchantId: "mer_one",
    idempotencyKey: `key-${number(index)}`,
    status: "succeeded",
    amount: 1000 + index,
    currency: "SGD",
    epoch: 1,
    createdAt: second(seconds),
    ...change,
  };
}

export function session(index: number, seconds: number, epoch = 1): TableItem {
  return { paymentId: idOf(index), status: "accepted", epoch, at: second(seconds) };
}

export function database(
  place: Place,
  payments: readonly StoredPayment[],
  change: Partial<DatabaseFacts> = {},
): DatabaseFacts {
  return { place, at: second(600), isWriter: place === "dr", payments, ledgerDifference: 0, ...change };
}

export function charge(index: number, seconds: number, change: Partial<PspLedgerEntry> = {}): PspLedgerEntry {
  return {
    type: "effect",
    sequence: index,
    at: new Date(second(seconds)).toISOString(),
    kind: "authorization",
    idempotencyKey: idOf(index),
    fingerprint: "f",
    pspReference: `psp_${number(index)}`,
    authorization: `psp_${number(index)}`,
    merchantReference: idOf(index),
    amount: 1000 + index,
    currency: "SGD",
    paymentMethod: "pm_ok",
    status: "succeeded",
    captured: true,
    ...change,
  };
}

const NOTHING: Observations = {
  roles: { primary: [], dr: [] },
  serviceAlarms: { primary: [], dr: [] },
  peerAlarms: { primary: [], dr: [] },
  redAlarms: { primary: [], dr: [] },
  dns: [],
  witness: [],
};

/**
 * A region-loss that went well: the primary dies in second 10 with payment 3 acknowledged and on its way, DR takes over
 * in second 40 and replays payment 2, then ten payments are accepted from second 41 on.
 */
export function goodFacts(change: Partial<Facts> = {}): Facts {
  const before = [1, 2, 3];
  const after = Array.from({ length: 12 }, (_, index) => index + 4);
  const surviving = [
    ...[1, 2].map((index) => stored(index, index)),
    ...after.map((index) => stored(index, 37 + index, { epoch: 2 })),
  ];
  return {
    clockFactor: 10,
    outageAt: second(10),
    endedAt: second(100),
    wanted: [...before, ...after].map((index) => wanted(index)),
    attempts: [
      accepted(1, 1),
      accepted(2, 2),
      accepted(3, 9.8),
      refused(4, 30),
      ...after.map((index) => accepted(index, 37 + index, { epoch: 2 })),
    ],
    survivor: "dr",
    databases: { dr: database("dr", surviving) },
    earlierDatabases: [
      database(
        "primary",
        before.map((index) => stored(index, index)),
        { isWriter: true, at: second(90), lastChangeAt: second(10) },
      ),
    ],
    tables: {
      dr: {
        sessions: [1, 2].map((index) => session(index, index)),
        results: [],
      },
    },
    psp: [charge(1, 1.2), charge(2, 42), ...after.map((index) => charge(index, 38 + index))],
    activations: [{ place: "dr", epoch: 2, at: second(40) }],
    observations: {
      ...NOTHING,
      serviceAlarms: { primary: [], dr: [{ at: second(0), value: "OK" }] },
      peerAlarms: {
        primary: [],
        dr: [
          { at: second(0), value: "OK" },
          { at: second(22), value: "ALARM" },
        ],
      },
      dns: [
        { at: second(0), value: "primary" },
        { at: second(19), value: "dr" },
      ],
      witness: [
        { at: second(0), value: "primary" },
        { at: second(19), value: "dr" },
      ],
    },
    operations: [
      {
        place: "dr",
        operationId: "op-1",
        mode: "failover",
        state: "SUCCEEDED",
        dryRun: false,
        targetEpoch: 2,
        startedAt: second(22.5),
        timeline: [{ step: "Lock", at: second(22.5) }],
      },
    ],
    productReports: [{ place: "dr", operationId: "op-1", lost: [idOf(3)], replayed: 1, redriven: 0 }],
    ...change,
  };
}
