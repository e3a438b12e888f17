import assert from "node:assert/strict";
import {
  checkAmount,
  checkMoney,
  CURRENCY_EXPONENTS,
  CURRENCY_LIST_PUBLISHED,
  currencyExponent,
  formatMoney,
  limitOf,
} from "../../../functions/domain";
import { problemCode } from "./support";

const LIMITS = { defaultMinorUnits: 99_999_999, perCurrency: { IDR: 9_999_999_999 } };

describe("money", () => {
  it("knows the exponents that people get wrong", () => {
    const expected = { SGD: 2, JPY: 0, KRW: 0, VND: 0, IDR: 2, KWD: 3, BHD: 3, ISK: 0, XCG: 2 };
    for (const [currency, exponent] of Object.entries(expected)) {
      assert.equal(currencyExponent(currency), exponent, currency);
    }
  });

  it("knows no withdrawn currency, fund code, metal or test code", () => {
    for (const code of [
      "HRK",
      "BGN",
      "ANG",
      "ZWL",
      "CUC",
      "CLF",
      "XAU",
      "XTS",
      "XXX",
      "sgd",
      "",
      "__proto__",
    ]) {
      assert.equal(currencyExponent(code), undefined, code);
    }
  });

  it("holds three-letter codes only and says of which edition", () => {
    for (const code of CURRENCY_EXPONENTS.keys()) assert.match(code, /^[A-Z]{3}$/);
    assert.equal(CURRENCY_EXPONENTS.size, 157);
    assert.match(CURRENCY_LIST_PUBLISHED, /^\d{4}-\d{2}-\d{2}$/);
  });

  it("accepts amounts from one minor unit up to the limit", () => {
    checkMoney({ amount: 1, currency: "SGD" }, LIMITS);
    checkMoney({ amount: 99_999_999, currency: "SGD" }, LIMITS, 2);
    checkMoney({ amount: 9_999_999_999, currency: "IDR" }, LIMITS);
    assert.equal(limitOf({ defaultMinorUnits: 5 }, "SGD"), 5);
  });

  for (const [name, amount, currency, exponent, code] of [
    ["an amount over the limit", 100_000_000, "SGD", undefined, "amount_over_limit"],
    ["zero", 0, "SGD", undefined, "amount_invalid"],
    ["a negative amount", -1, "SGD", undefined, "amount_invalid"],
    ["a fractional amount", 19.99, "SGD", undefined, "amount_invalid"],
    ["an amount beyond exact numbers", 2 ** 53, "SGD", undefined, "amount_invalid"],
    ["not a number", Number.NaN, "SGD", undefined, "amount_invalid"],
    ["an unknown currency", 1999, "ABC", undefined, "currency_unknown"],
    ["another exponent than the currency's", 1999, "JPY", 2, "currency_exponent_mismatch"],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.equal(
        problemCode(() => checkMoney({ amount, currency }, LIMITS, exponent)),
        code,
      );
    });
  }

  it("checks a bare amount", () => {
    checkAmount(1);
    assert.equal(
      problemCode(() => checkAmount(0.5)),
      "amount_invalid",
    );
  });

  it("writes amounts as people do", () => {
    assert.equal(formatMoney({ amount: 1999, currency: "SGD" }), "19.99 SGD");
    assert.equal(formatMoney({ amount: 5, currency: "KWD" }), "0.005 KWD");
    assert.equal(formatMoney({ amount: -5, currency: "SGD" }), "-0.05 SGD");
    assert.equal(formatMoney({ amount: 1999, currency: "JPY" }), "1999 JPY");
    assert.equal(formatMoney({ amount: 7, currency: "???" }), "7 ???");
  });
});
