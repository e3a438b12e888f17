import { CURRENCY_EXPONENTS } from "./currencies";
import { ProblemError } from "./problems";

/** Money: a whole number of the currency's minor unit (cents for SGD, yen for JPY). */
export interface Money {
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

/** The largest amounts, in minor units. */
export interface AmountLimits {
  /** For every currency that has no limit of its own. */
  readonly defaultMinorUnits: number;
  readonly perCurrency?: Readonly<Record<string, number>>;
}

/** Eight digits, as card networks' messages carry them without extension: 999,999.99 of a currency with cents. */
export const DEFAULT_LIMIT_MINOR_UNITS = 99_999_999;

/** Decimals of the currency's minor unit, or undefined when the code is not an active currency. */
export function currencyExponent(currency: string): number | undefined {
  return CURRENCY_EXPONENTS.get(currency);
}

/** The limit of a currency, in minor units. */
export function limitOf(limits: AmountLimits, currency: string): number {
  return limits.perCurrency?.[currency] ?? limits.defaultMinorUnits;
}

/**
 * Checks an amount that a caller states.
 *
 * @param statedExponent what the caller believes the exponent to be (`amount_exponent`). A caller whose table of
 *   currencies differs from ours would be off by a power of ten; stating it turns that into a refusal.
 * @throws ProblemError `currency_unknown`, `currency_exponent_mismatch`, `amount_invalid` or `amount_over_limit`.
 */
export function checkMoney(money: Money, limits: AmountLimits, statedExponent?: number): void {
  const exponent = currencyExponent(money.currency);
  if (exponent === undefined) {
    throw fieldProblem("currency_unknown", "/currency", "must be an active ISO 4217 code in upper case");
  }
  if (statedExponent !== undefined && statedExponent !== exponent) {
    const message = `${money.currency} has ${exponent} decimals`;
    throw fieldProblem("currency_exponent_mismatch", "/amount_exponent", message);
  }
  checkAmount(money.amount);
  const limit = limitOf(limits, money.currency);
  if (money.amount > limit) {
    throw fieldProblem(
      "amount_over_limit",
      "/amount",
      `must be at most ${limit} minor units of ${money.currency}`,
    );
  }
}

/** @throws ProblemError `amount_invalid` unless the amount is a whole number from 1 to 2^53 - 1. */
export function checkAmount(amount: number): void {
  if (!Number.isSafeInteger(amount) || amount < 1) {
    throw fieldProblem("amount_invalid", "/amount", "must be a whole number of minor units, at least 1");
  }
}

/** The amount as people write it, e.g. 1999 SGD → `19.99 SGD`. For output only; nothing is computed from it. */
export function formatMoney(money: Money): string {
  const exponent = currencyExponent(money.currency) ?? 0;
  if (exponent === 0) return `${money.amount} ${money.currency}`;
  const sign = money.amount < 0 ? "-" : "";
  const digits = String(Math.abs(money.amount)).padStart(exponent + 1, "0");
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)} ${money.currency}`;
}

function fieldProblem(
  code: "currency_unknown" | "currency_exponent_mismatch" | "amount_invalid" | "amount_over_limit",
  pointer: string,
  message: string,
): ProblemError {
  return new ProblemError(code, { detail: `${pointer} ${message}.`, errors: [{ pointer, code, message }] });
}
