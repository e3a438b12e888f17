import assert from "node:assert/strict";
import { allAlarms, purposeOf, toldBy } from "./checks/alarms";
import { knownMetric } from "./metricCatalogue";
import { at, loadTemplates, resources, text, withValue, type Json, type Templates } from "./templates";

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly region?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** A dashboard's widgets. Parameters stand there by their names; the only number among them becomes one. */
function widgetsOf(id: string, templates: Templates): Widget[] {
  const found = resources(templates, "AWS::CloudWatch::Dashboard").find((resource) => resource.id === id);
  const body = text(found?.properties["DashboardBody"])
    .replaceAll("${DatabaseConnectionsThreshold}", "658")
    .replace(/\$\{([\w:]+)\}/g, "<$1>");
  return (JSON.parse(body) as { widgets: Widget[] }).widgets;
}

interface Drawn {
  readonly title: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The metrics of a dashboard's graphs; expressions are none. */
function drawnBy(widgets: readonly Widget[]): Drawn[] {
  return widgets.flatMap(({ properties: { title = "", region = "", metrics = [] } }) =>
    metrics
      .filter((row) => typeof row[0] === "string")
      .map((row) => {
        const [namespace = "", name = "", ...pairs] = row.filter((item): item is string => typeof item === "string");
        const options = row.find((item) => typeof item === "object") as { region?: string } | undefined;
        const dimensions = Object.fromEntries(
          pairs.flatMap((item, index) => (index % 2 === 0 ? [[item, pairs[index + 1] ?? ""]] : [])),
        );
        return { title, region: options?.region ?? region, namespace, name, dimensions };
      }),
  );
}

/** The Region that a bucket's, cluster's or Region's dimension belongs to; `own` for a parameter of the stack's own. */
function regionOf(value: string): string {
  if (/Peer|apse2|ap-southeast-2/.test(value)) return value.includes("Peer") ? "peer" : "ap-southeast-2";
  return /apse1|ap-southeast-1/.test(value) ? "ap-southeast-1" : "<AWS::Region>";
}

function problemsOf(id: string, templates: Templates): string[] {
  return drawnBy(widgetsOf(id, templates)).flatMap(({ title, region, namespace, name, dimensions }) => {
    const known = knownMetric(namespace, name, Object.keys(dimensions));
    if (known === undefined || known.where === "us-east-1") return [`${title}: ${namespace} ${name} is not there`];
    const values = Object.entries(dimensions);
    const [of, where] =
      known.where === "destination"
        ? [dimensions["DestinationBucket"] ?? "", "the destination's Region"]
        : known.where === "source"
          ? [dimensions["SourceBucket"] ?? "", "the source's Region"]
          : [values.find(([key, value]) => key !== "ReceivingRegion" && /apse\d|ap-southeast/.test(value))?.[1] ?? region, "its own Region"];
    const misplaced = regionOf(of) !== region || (known.where === "writer" && [region, "<RegionName>"].includes(dimensions["ReceivingRegion"] ?? ""));
    return misplaced ? [`${title}: ${namespace} ${name} is told in ${where}`] : [];
  });
}

function overlaps(widgets: readonly Widget[]): string[] {
  return widgets.flatMap((one, index) =>
    widgets
      .slice(index + 1)
      .filter(
        (other) =>
          one.x < other.x + other.width &&
          other.x < one.x + one.width &&
          one.y < other.y + other.height &&
          other.y < one.y + one.height,
      )
      .map((other) => `${one.properties.title ?? "text"} and ${other.properties.title ?? "text"}`),
  );
}

describe("dashboards", () => {
  const templates = loadTemplates();
  const ids = ["RegionDashboard", "BothRegionsDashboard"];

  for (const id of ids) {
    it(`satisfies R53: draw in ${id} metrics that there are, each in the Region that tells it`, () => {
      assert.ok(drawnBy(widgetsOf(id, templates)).length > 20);
      assert.deepEqual(problemsOf(id, templates), []);
    });

    it(`lay ${id} out on 24 columns without one thing on another`, () => {
      const widgets = widgetsOf(id, templates);
      assert.ok(widgets.every(({ x, width }) => x >= 0 && x + width <= 24));
      assert.deepEqual(overlaps(widgets), []);
    });
  }

  it("notice a metric that is drawn from another Region, or that is not there", () => {
    const body = (from: string, to: string) => {
      const found = resources(templates, "AWS::CloudWatch::Dashboard").find(({ id }) => id === "RegionDashboard");
      const sub = at(found?.properties["DashboardBody"], "Fn::Sub") as Json[];
      assert.ok(text(sub[0]).includes(from), from);
      return withValue(templates, "dashboards", "RegionDashboard", ["Properties", "DashboardBody"], {
        "Fn::Sub": [text(sub[0]).replace(from, to), sub[1] ?? {}],
      });
    };
    assert.equal(problemsOf("RegionDashboard", body('"SourceBucket", "${PeerTransactionBucketName}", "DestinationBucket", "${TransactionBucketName}"', '"SourceBucket", "${TransactionBucketName}", "DestinationBucket", "${PeerTransactionBucketName}"')).length, 1);
    assert.equal(problemsOf("RegionDashboard", body('"ACUUtilization"', '"Utilization"')).length, 1);
    assert.equal(problemsOf("RegionDashboard", body('"AWS/States", "ExecutionsFailed"', '"AWS/Route53", "HealthCheckStatus"')).length, 1);
  });

  it("satisfies R53: show every alarm that tells somebody, in each Region or once for both", () => {
    const shown = new Set(
      ids.flatMap((id) => widgetsOf(id, templates)).flatMap(({ properties: { alarms = [] } }) =>
        alarms.map((arn) => (arn.split(":alarm:")[1] ?? "").replace(/-(<RegionCode>|apse\d)-<EnvironmentSuffix>$/, "")),
      ),
    );
    const alarms = allAlarms(templates);
    const telling = alarms.filter((alarm) => toldBy(alarm).length > 0).map(purposeOf);
    assert.deepEqual(telling.filter((purpose) => !shown.has(purpose)), []);
    const there = new Set(alarms.map(purposeOf));
    assert.deepEqual([...shown].filter((purpose) => !there.has(purpose)), []);
  });

  it("satisfies R53: show over both Regions who is active, lag, and the last recovery times and points", () => {
    const drawn = drawnBy(widgetsOf("BothRegionsDashboard", templates));
    for (const name of ["RegionActive", "AuroraGlobalDBRPOLag", "ReplicationLatency", "RecoveryTime", "RecoveryPoint", "ReadinessFailures", "5XXError"]) {
      const regions = drawn.filter((metric) => metric.name === name).map(({ region }) => region);
      assert.deepEqual([...new Set(regions)].sort(), ["ap-southeast-1", "ap-southeast-2"], name);
    }
    const both = resources(templates, "AWS::CloudWatch::Dashboard").find(({ id }) => id === "BothRegionsDashboard");
    // Outside the Region that fails first, and once: dashboards are of the account.
    assert.equal(both?.resource["Condition"], "ShowsBoth");
    assert.deepEqual(at(templates.get("dashboards")?.document, "Conditions", "ShowsBoth"), { "Fn::Equals": [{ Ref: "Place" }, "dr"] });
  });
});
