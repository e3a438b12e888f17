import assert from "node:assert/strict";
import { check } from "../../../../local/drill/checker";
import type { Facts } from "../../../../local/drill/facts";
import { buildReport, writesPerSecond, type ReportInput } from "../../../../local/drill/report/buildReport";
import { reportHtml } from "../../../../local/drill/report/html";
import { drillReport } from "../../../../local/drill/report/report";
import { exitCodeOf, resultText, scenarioList, summaryText } from "../../../../local/drill/report/texts";
import { DEFAULT_SETTINGS } from "../../../../local/drill/Scenario";
import { accepted, goodFacts, refused, second } from "./support";

const FAILBACK = { at: second(70), command: "failover failback --wait", exitCode: 0 };

function build(change: Partial<ReportInput> = {}, facts: Facts = goodFacts()) {
  return buildReport({
    scenario: {
      name: "region-loss",
      title: "The primary <is> gone.",
      expectations: [{ text: "is well", shortfall: () => undefined }],
    },
    seed: 7,
    startedAt: second(0),
    outcome: { facts, findings: check(facts), settings: DEFAULT_SETTINGS, operatorActions: [FAILBACK] },
    marks: [{ at: second(10), text: "the primary Region is lost" }],
    budget: { boundSeconds: 880, typicalSeconds: 420 },
    failure: undefined,
    ...change,
  });
}

describe("a drill's report", () => {
  it("fits its schema and has every field that was agreed", () => {
    const report = drillReport.parse(JSON.parse(JSON.stringify(build())));
    assert.equal(report.scenario, "region-loss");
    assert.equal(report.seed, 7);
    assert.equal(report.outageAt, "2026-11-24T09:00:10.000Z");
    assert.equal(report.detectedAt, "2026-11-24T09:00:22.000Z");
    assert.equal(report.acknowledged, 15);
    assert.equal(report.surviving, 14);
    assert.equal(report.lost.length, 1);
    assert.deepEqual([report.duplicates, report.doubleCharges], [[], []]);
    assert.equal(report.replayed, 1);
    assert.equal(report.splitBrainWrites, 0);
    assert.equal(report.failbackWithoutOperator, false);
    assert.equal(report.budgetOnAwsSeconds, 880);
  });

  it("gives AWS seconds, and wall seconds beside them", () => {
    const report = build();
    assert.deepEqual([report.rtoSeconds, report.rtoWallSeconds], [400, 40]);
    assert.deepEqual([report.rpoSeconds, report.rpoWallSeconds], [2, 0.2]);
    assert.deepEqual([report.detectionSeconds, report.detectionWallSeconds], [120, 12]);
    assert.deepEqual([report.writePauseSeconds, report.writePauseWallSeconds], [312, 31.2]);
    assert.deepEqual(report.steps, [
      {
        operationId: "op-1",
        place: "dr",
        step: "Lock",
        at: "2026-11-24T09:00:22.500Z",
        sinceSeconds: 125,
        sinceWallSeconds: 12.5,
      },
    ]);
  });

  it("is as expected only when every expectation holds and the scenario came to its end", () => {
    assert.equal(build().verdict, "as expected");
    const wrong = { text: "is well", shortfall: () => "it is not" };
    const report = build({ scenario: { name: "x", title: "x", expectations: [wrong] } });
    assert.equal(report.verdict, "unexpected");
    assert.deepEqual(report.checks, [{ expectation: "is well", held: false, instead: "it is not" }]);
    assert.equal(build({ failure: "DR is ACTIVE did not come" }).verdict, "unexpected");
  });

  it("says nothing of a fault that was none", () => {
    const report = build({}, goodFacts({ outageAt: undefined, operatorAt: second(20) }));
    assert.deepEqual([report.outageAt, report.rtoSeconds, report.detectionSeconds], [null, null, null]);
    assert.equal(report.steps[0]!.sinceWallSeconds, 2.5);
  });

  it("counts requests by second and by what became of them", () => {
    const attempts = [accepted(1, 0.5), accepted(2, 0.9, { epoch: 2 }), refused(3, 3.2)];
    assert.deepEqual(writesPerSecond(attempts, second(0)), [
      { second: 0, primary: 1, dr: 1, refused: 0, failed: 0 },
      { second: 3, primary: 0, dr: 0, refused: 1, failed: 0 },
    ]);
  });

  it("is a page that needs nothing else and believes no text", () => {
    const html = reportHtml(build());
    assert.ok(html.includes("The primary &#60;is&#62; gone."));
    assert.ok(!/<script|src=|href=|url\(|@import/.test(html), "it loads something");
    const open = [...html.matchAll(/<(\w+)(?:\s[^>]*[^/])?>/g)].map(([, name]) => name);
    for (const name of ["svg", "table", "tr", "td", "text"]) {
      const closed = html.split(`</${name}>`).length - 1;
      assert.equal(open.filter((each) => each === name).length, closed, name);
    }
  });

  it("draws what was seen, the steps and the decisive moments", () => {
    const html = reportHtml(build());
    for (const text of ["role of dr", "DNS leads to", "witness says", "Lock (dr)", "detected", "recovered"]) {
      assert.ok(html.includes(text), text);
    }
    assert.ok(html.includes("failover failback --wait"));
    assert.ok(!/NaN|Infinity|undefined/.test(html), "a figure is missing");
  });

  it("lists what was lost", () => {
    assert.match(reportHtml(build()), /<h3>Lost<\/h3>.*pay_003.*not charged.*listed/s);
    assert.doesNotMatch(reportHtml(build({}, goodFacts({ attempts: [] }))), /<h3>Lost/);
  });
});

describe("a series of drills", () => {
  const good = { scenario: "region-loss", report: build() };
  const bad = { scenario: "x", report: build({ failure: "it did not end" }) };
  const none = { scenario: "y", refusal: "primary is FENCED, not ACTIVE" };

  it("ends with 0 only when every verdict is as expected", () => {
    assert.equal(exitCodeOf([good]), 0);
    assert.equal(exitCodeOf([good, none]), 2);
    assert.equal(exitCodeOf([none, bad, good]), 3);
  });

  it("is summed up in a table, with the reason of what did not start", () => {
    const text = summaryText([good, bad, none]);
    assert.match(text, /region-loss +as expected +400 +2 +312 +15 +1 +0 +0/);
    assert.match(text, /^y +refused$/m);
    assert.match(text, /y: primary is FENCED, not ACTIVE/);
  });

  it("says of each drill what did not hold", () => {
    assert.match(resultText(bad.report), /NOT so: the scenario came to its end \(it did not end\)/);
    assert.match(resultText(good.report), /RTO 400 s \(wall 40 s\)/);
  });

  it("can be listed", () => {
    assert.equal(
      scenarioList([
        { name: "a", title: "One." },
        { name: "long", title: "Two." },
      ]),
      "a     One.\nlong  Two.",
    );
  });
});
