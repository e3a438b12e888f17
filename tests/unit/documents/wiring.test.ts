import assert from "node:assert/strict";
import { architectureDiagram } from "../../../local/documents/architectureDiagram";
import { wiringOf } from "../../../local/documents/wiring";
import { text } from "../support/repository";

const PROGRAM = `
const keys = regions.both((region) => new TemplateStack("keys", { region }));
const bucketSettings = regions.both(({ place }) => ({ Key: keys[place].outputs.Arn, PeerKey: keys[peerOf(place)].outputs.Arn }));
const drBucket = new TemplateStack("bucket", { region: regions.dr, parameters: bucketSettings.dr });
const primaryBucket = new TemplateStack("bucket", {
  region: regions.primary,
  parameters: { ...bucketSettings.primary, Peer: drBucket.outputs.Arn },
});
const bucket = { primary: primaryBucket, dr: drBucket };
const tables = new TemplateStack("tables", { region: regions.primary, parameters: { Key: keys.dr.outputs.Arn } });
const functions = regions.both(
  (region) =>
    new TemplateStack("functions", {
      region,
      parameters: { Bucket: bucket[region.place].outputs.Name, Table: tables.outputs.Name, Key: keys[region.place].outputs.Arn },
    }),
);
const dns = new TemplateStack("dns", { region: regions.dr, parameters: { A: functions.primary.outputs.A } });`;

describe("the wiring that the diagram is drawn from", () => {
  const { stacks, edges } = wiringOf(PROGRAM);

  it("has every stack in its places", () => {
    assert.deepEqual(stacks.map(({ template, place }) => `${template}/${place}`).sort(), [
      ...["bucket/dr", "bucket/primary", "dns/dr", "functions/dr", "functions/primary"],
      ...["keys/dr", "keys/primary", "tables/primary"],
    ]);
  });

  it("has every output that another stack takes, through constants between them and across Regions", () => {
    const into = (template: string, place: string) =>
      edges
        .filter(({ to }) => to.template === template && to.place === place)
        .map(({ from }) => `${from.template}/${from.place}`)
        .sort();
    assert.deepEqual(into("bucket", "dr"), ["keys/dr", "keys/primary"]);
    assert.deepEqual(into("bucket", "primary"), ["bucket/dr", "keys/dr", "keys/primary"]);
    assert.deepEqual(into("tables", "primary"), ["keys/dr"]);
    assert.deepEqual(into("functions", "dr"), ["bucket/dr", "keys/dr", "tables/primary"]);
    assert.deepEqual(into("dns", "dr"), ["functions/primary"]);
    assert.deepEqual(into("keys", "dr"), []);
  });

  it("is drawn without arrows that others imply, with dashed ones across Regions", () => {
    const lines = architectureDiagram(wiringOf(PROGRAM)).split("\n");
    const arrows = lines.filter((line) => line.includes("->"));
    const expected = [
      ...[
        "keys --> bucket",
        "keys --> tables",
        "bucket --> functions",
        "tables --> functions",
        "functions --> dns",
      ],
      ...['keys -. "other Region" .-> bucket', 'bucket -. "other Region" .-> bucket'],
    ];
    assert.deepEqual(arrows.map((line) => line.trim()).sort(), expected.sort());
  });

  it("is the program's: every template is in the diagram", () => {
    const { stacks: real } = wiringOf(text("index.ts"));
    const calls = [...text("index.ts").matchAll(/new TemplateStack\(\s*"([a-z-]+)"/g)].map(
      ([, name]) => name,
    );
    assert.deepEqual([...new Set(calls)].sort(), [...new Set(real.map(({ template }) => template))].sort());
    assert.ok(real.length >= 35);
  });
});
