import assert from "node:assert/strict";
import { ProblemError, type ProblemCode } from "../../../functions/domain";

/** The refusal that the action throws; fails when it throws none or something else. */
export function problemOf(action: () => unknown): ProblemError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ProblemError, `expected a ProblemError, got ${String(error)}`);
    return error;
  }
  assert.fail("nothing was refused");
}

/** The code of the refusal that the action throws. */
export function problemCode(action: () => unknown): ProblemCode {
  return problemOf(action).code;
}

/** Completes digits with their Luhn check digit; written apart from the detector, so that it can contradict it. */
export function withCheckDigit(digits: string): string {
  const weighted = [...digits].reverse().map((digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return Math.floor(value / 10) + (value % 10);
  });
  const sum = weighted.reduce((total, value) => total + value, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
