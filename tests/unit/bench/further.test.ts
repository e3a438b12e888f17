import assert from "node:assert/strict";
import { deploymentResult, functionsResult, loadResult, median } from "../../../local/bench/further";
import { renewed } from "../../../local/bench/plainDeployment";
import { benchDocument } from "../../../local/documents/benchDocument";
import { GOOD_RUN } from "./goodRun";

const { recordedAt, machine } = GOOD_RUN;
const LATENCY = { count: 100, p50: 20, p99: 40, max: 41, perSecond: 50 };
const STEP = { parallel: 1, payments: LATENCY, bareInserts: { ...LATENCY, p50: 2 }, medianRatio: 10 };

describe("the further benchmarks", () => {
  it("take the median of odd and even numbers of runs", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.throws(() => median([]), RangeError);
  });

  it("make a recorded stack anew with what the other stacks give now", () => {
    const known = new Map([
      ["vpc-0aaaaaaa", "vpc-0bbbbbbb"],
      ["arn:aws:kms:ap-southeast-1:1:key/old", "arn:aws:kms:ap-southeast-1:1:key/new"],
      ["arn:aws:kms:ap-southeast-1:1:key/old-longer", "arn:aws:kms:ap-southeast-1:1:key/other"],
      ["5432", "5433"],
    ]);
    assert.equal(renewed("vpc-0aaaaaaa,vpc-0ccccccc", known), "vpc-0bbbbbbb,vpc-0ccccccc");
    assert.equal(
      renewed("arn:aws:kms:ap-southeast-1:1:key/old-longer", known),
      "arn:aws:kms:ap-southeast-1:1:key/other",
    );
    assert.equal(renewed("5432", known), "5433");
    // Too short to be sure that it is an output and not a part of another value.
    assert.equal(renewed("15432", known), "15432");
  });

  it("are shown as ratios beside what they are measured against", () => {
    const load = loadResult.parse({ recordedAt, machine, loadAverage: 0.4, steps: [STEP, STEP, STEP] });
    const functions = functionsResult.parse({
      ...{ recordedAt, machine, loadAverage: 0, runs: 5 },
      functions: [
        {
          name: "intake",
          zipBytes: 102_400,
          codeBytes: 204_800,
          initialisationMilliseconds: 80,
          processMilliseconds: 120,
        },
      ],
    });
    const deployment = deploymentResult.parse({
      ...{ recordedAt, machine, loadAverage: 0, clockFactor: 1, stacks: 40 },
      ...{ previewSeconds: [4, 5, 6], idleUpSeconds: [5], upSeconds: [20], plainSeconds: [40] },
    });
    const text = benchDocument({ payments: GOOD_RUN, load, functions, deployment });
    assert.match(text, /\| 1 \| 20 \| 40 \| 50 \| 2 \| 40 \| 50 \| 10 \|/);
    assert.match(text, /\| intake \| 100 \| 200 \| 80 \| 120 \|/);
    assert.match(text, /\| `pulumi up` into an empty account \| 1 \| 20 \| 0\.5 \|/);
    assert.match(text, /\| `pulumi preview`, nothing to change \| 3 \| 5 \| 0\.1 \|/);
    assert.match(text, /Load average in the minute before: 0\.4\./);
    assert.doesNotMatch(benchDocument({ payments: GOOD_RUN }), /Rising load|## Functions|## Deployment/);
  });
});
