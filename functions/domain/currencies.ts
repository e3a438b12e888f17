/**
 * The active currencies of ISO 4217 with the number of decimals of their minor unit.
 *
 * Source: ISO 4217 "List one: currency, fund and precious metal codes", maintained by SIX Group
 * (https://www.six-group.com/en/products-services/financial-information/data-standards.html),
 * edition published on the date below. Left out, because nothing can be charged in them: fund codes
 * (BOV, CHE, CHW, CLF, COU, MXV, USN, UYI) and the codes without a minor unit (metals, XDR, XTS, XXX, ...).
 */
export const CURRENCY_LIST_PUBLISHED = "2026-01-01";

const CODES_BY_EXPONENT: Readonly<Record<number, string>> = {
  0: `
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF`,
  2: `
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES
    WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: `
    BHD IQD JOD KWD LYD OMR TND`,
  4: `
    UYW`,
};

/** Exponent (decimals of the minor unit) by currency code, e.g. `SGD` → 2, `JPY` → 0, `KWD` → 3. */
export const CURRENCY_EXPONENTS: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code): [string, number] => [code, Number(exponent)]),
  ),
);
