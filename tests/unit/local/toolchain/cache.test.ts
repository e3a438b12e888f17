import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, ensureTool, type Tool } from "../../../../local/toolchain";

/** A tool that is one file; counts its builds. */
class FakeTool implements Tool {
  readonly title = "fake tool";
  builds = 0;
  neededBytes = 1;
  failure: Error | undefined;
  duration = 0;

  constructor(readonly id = "fake-1.0") {}

  async build(folder: string): Promise<void> {
    this.builds += 1;
    writeFileSync(join(folder, "tool"), "works");
    await new Promise((resolve) => setTimeout(resolve, this.duration));
    if (this.failure) throw this.failure;
  }

  async fingerprint(folder: string): Promise<string> {
    return readFileSync(join(folder, "tool"), "utf8");
  }

  async probe(folder: string): Promise<void> {
    if (!readFileSync(join(folder, "tool"), "utf8").startsWith("works")) throw new Error("broken");
  }
}

describe("tool cache", () => {
  let cache: string;

  beforeEach(() => {
    cache = join(mkdtempSync(join(tmpdir(), "payments-cache-")), "payments-multi-region");
  });

  afterEach(() => rmSync(join(cache, ".."), { recursive: true, force: true }));

  it("lies in XDG_CACHE_HOME when that is absolute, else in the home folder", () => {
    assert.equal(cacheDirectory({ XDG_CACHE_HOME: "/big" }, "/home/a"), "/big/payments-multi-region");
    assert.equal(
      cacheDirectory({ XDG_CACHE_HOME: "big" }, "/home/a"),
      "/home/a/.cache/payments-multi-region",
    );
    assert.equal(cacheDirectory({ XDG_CACHE_HOME: "" }, "/home/a"), "/home/a/.cache/payments-multi-region");
    assert.equal(cacheDirectory({}, "/home/a"), "/home/a/.cache/payments-multi-region");
  });

  it("builds a tool once", async () => {
    const tool = new FakeTool();
    const folder = await ensureTool(tool, { cache });
    assert.equal(await ensureTool(tool, { cache }), folder);
    assert.equal(tool.builds, 1);
    assert.equal(folder, join(cache, "fake-1.0"));
  });

  it("builds again when a file was damaged", async () => {
    const tool = new FakeTool();
    const folder = await ensureTool(tool, { cache });
    writeFileSync(join(folder, "tool"), "works no more");
    await ensureTool(tool, { cache });
    assert.equal(tool.builds, 2);
    assert.equal(readFileSync(join(folder, "tool"), "utf8"), "works");
  });

  for (const [what, damage] of Object.entries({
    "is missing": (stamp: string) => rmSync(stamp),
    "is no JSON": (stamp: string) => writeFileSync(stamp, "{"),
    "is of another version": (stamp: string) =>
      writeFileSync(stamp, '{"id":"fake-0.9","fingerprint":"works"}'),
  })) {
    it(`builds again when the stamp ${what}`, async () => {
      const tool = new FakeTool();
      damage(join(await ensureTool(tool, { cache }), "installed.json"));
      await ensureTool(tool, { cache });
      assert.equal(tool.builds, 2);
    });
  }

  it("builds again when the tool does not run any more", async () => {
    const tool = new FakeTool();
    await ensureTool(tool, { cache });
    let probes = 0;
    tool.probe = async () => {
      probes += 1;
      if (probes <= 2) throw new Error("missing library");
    };
    await ensureTool(tool, { cache });
    assert.equal(tool.builds, 2);
  });

  it("leaves nothing behind when a build fails, and the next one works", async () => {
    const tool = new FakeTool();
    tool.failure = new Error("no network");
    await assert.rejects(ensureTool(tool, { cache }), /fake tool was not built: no network/);
    assert.deepEqual(readdirSync(cache), []);
    tool.failure = undefined;
    await ensureTool(tool, { cache });
    assert.deepEqual(readdirSync(cache), ["fake-1.0"]);
  });

  it("removes the draft of a build that was killed", async () => {
    mkdirSync(join(cache, "fake-1.0.draft-4711"), { recursive: true });
    await ensureTool(new FakeTool(), { cache });
    assert.deepEqual(readdirSync(cache), ["fake-1.0"]);
  });

  it("builds once when two commands want the tool at the same time", async () => {
    const tool = new FakeTool();
    tool.duration = 50;
    await Promise.all([ensureTool(tool, { cache }), ensureTool(tool, { cache })]);
    assert.equal(tool.builds, 1);
  }).timeout(10_000);

  it("says what to do when the disk is full", async () => {
    const tool = new FakeTool();
    tool.failure = new Error("write /x: no space left on device");
    await assert.rejects(ensureTool(tool, { cache }), (error: Error) => {
      assert.match(error.message, /No space is left/);
      assert.ok(error.message.includes(cache) && error.message.includes("XDG_CACHE_HOME"));
      return true;
    });
  });

  it("refuses to begin what the disk cannot hold", async () => {
    const tool = new FakeTool();
    tool.neededBytes = Number.MAX_SAFE_INTEGER;
    await assert.rejects(ensureTool(tool, { cache }), /needs \d+ MiB in .*XDG_CACHE_HOME/s);
    assert.equal(tool.builds, 0);
  });

  it("names the folder that cannot be used", async () => {
    const parent = join(cache, "..");
    writeFileSync(join(parent, "file"), "");
    const unusable = join(parent, "file", "cache");
    await assert.rejects(ensureTool(new FakeTool(), { cache: unusable }), (error: Error) => {
      assert.ok(error.message.includes(unusable) && error.message.includes("XDG_CACHE_HOME"));
      return true;
    });
  });

  it("names a folder without write permission", async function () {
    // Root may write everywhere.
    const isRoot = process.getuid?.() === 0;
    mkdirSync(cache, { recursive: true });
    chmodSync(cache, 0o555);
    const outcome = ensureTool(new FakeTool(), { cache });
    await (isRoot ? outcome : assert.rejects(outcome, /cannot be written/));
    chmodSync(cache, 0o755);
    assert.equal(existsSync(join(cache, "fake-1.0")), isRoot);
  });
});
