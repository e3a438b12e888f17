import assert from "node:assert/strict";
import { join } from "node:path";
import { costDocument, costOf, isUnconfirmed, totalsOf } from "../../../local/documents/cost/costDocument";
import { inventory } from "../../../local/documents/cost/inventory";
import { PRICES, sourceText, type Price } from "../../../local/documents/cost/prices";
import { components, loadOf, type Component } from "../../../local/documents/cost/usage";
import { REPOSITORY } from "../support/repository";

const of = inventory(join(REPOSITORY, "cfn"));
const all = components(of);

describe("the cost", () => {
  it("counts what the templates hold", () => {
    assert.equal(of.zones, 3);
    assert.equal(of.keys, 3);
    assert.ok(of.interfaceEndpoints >= 11 && of.alarms > 10 && of.databaseInstances >= 2);
    assert.ok(Object.values(of).every((count: number) => count > 0));
  });

  it("is the sum of amounts times prices", () => {
    const component: Component = {
      name: "x",
      template: "x",
      usage: (place) => (place === "primary" ? { natHour: 730, natData: 10 } : {}),
    };
    const exact = costOf(component, "primary", loadOf(0));
    assert.ok(Math.abs(exact - 43.66) < 1e-9);
    assert.equal(costOf(component, "dr", loadOf(0)), 0);
    assert.deepEqual(totalsOf([component], loadOf(0)), { primary: exact, dr: 0, standbyShare: 0 });
  });

  it("takes each Region's own price", () => {
    const component: Component = { name: "x", template: "x", usage: () => ({ objectPut: 1 }) };
    const [primary, dr] = [costOf(component, "primary", loadOf(0)), costOf(component, "dr", loadOf(0))];
    assert.deepEqual([primary, dr], [5, 5.5]);
  });

  it("grows with the load, and the standby is never dearer than the active Region", () => {
    const totals = [0, 10, 1000].map((perSecond) => totalsOf(all, loadOf(perSecond)));
    for (const [index, { primary, dr, standbyShare }] of totals.entries()) {
      assert.ok(dr <= primary && standbyShare > 0);
      const before = totals[index - 1];
      if (before !== undefined) assert.ok(primary > before.primary && standbyShare < before.standbyShare);
    }
  });

  it("uses every price, and says where each is from", () => {
    const used = new Set(
      all.flatMap((each) =>
        (["primary", "dr"] as const).flatMap((place) => Object.keys(each.usage(place, loadOf(1)))),
      ),
    );
    assert.deepEqual(
      Object.keys(PRICES).filter((name) => !used.has(name)),
      [],
    );
    for (const [name, price] of Object.entries(PRICES) as [string, Price][]) {
      assert.match(price.page, /^https:\/\/aws\.amazon\.com\/.+\/pricing\//, name);
      for (const quote of [price.primary, price.dr]) {
        assert.ok(quote.usd > 0, name);
        if (quote.provenance === "listed") assert.match(sourceText(quote), /20\d\d-\d\d-\d\d/, name);
        if (quote.provenance === "indirect") assert.notEqual(sourceText(quote), quote.read, name);
      }
    }
  });

  it("marks what was computed with a price that nobody looked up", () => {
    const marked = all.filter(isUnconfirmed).map(({ name }) => name);
    assert.ok(marked.includes("API Gateway"));
    assert.ok(!marked.includes("Aurora: capacity") && !marked.includes("Web ACL"));
    for (const name of marked) assert.ok(costDocument(of).includes(`| ${name} ¹ |`), name);
  });
});
