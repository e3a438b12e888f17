import assert from "node:assert/strict";
import { CommandError } from "../../../../local/cli";
import { ensureChromium, type Machine } from "../../../../local/toolchain/chromium";

describe("the browser of the edge test", () => {
  /** A machine without a browser, on which apt-get brings one unless it fails. */
  function machine(change: Partial<Machine> = {}, exitCode = 0) {
    const asked: string[] = [];
    const empty: Machine = {
      find: (name) => (asked.some((args) => args.startsWith("install")) ? `/usr/bin/${name}` : undefined),
      hasApt: true,
      isRoot: true,
      apt: async (args) => {
        asked.push(args.join(" "));
        return { code: exitCode, stdout: "", stderr: exitCode === 0 ? "" : "E: no network" };
      },
    };
    return { asked, machine: { ...empty, ...change } };
  }

  it("is the one that is installed, under whatever name", async () => {
    const { asked, machine: here } = machine({
      find: (name) => (name === "google-chrome" ? "/opt/chrome" : undefined),
    });
    assert.equal(await ensureChromium(undefined, here), "/opt/chrome");
    assert.deepEqual(asked, []);
  });

  it("is installed from Debian's packages where there is none", async () => {
    const { asked, machine: here } = machine();
    assert.equal(await ensureChromium(undefined, here), "/usr/bin/chromium");
    assert.deepEqual(asked, ["update", "install --yes --no-install-recommends chromium"]);
  });

  for (const change of [{ hasApt: false }, { isRoot: false }]) {
    it(`is asked for when it cannot be installed (${JSON.stringify(change)})`, async () => {
      const { asked, machine: here } = machine(change);
      await assert.rejects(ensureChromium(undefined, here), (error: Error) => {
        assert.ok(error instanceof CommandError);
        assert.match(error.message, /sudo apt-get install .*chromium/);
        return true;
      });
      assert.deepEqual(asked, []);
    });
  }

  it("says why apt-get failed", async () => {
    const { machine: here } = machine({}, 100);
    await assert.rejects(ensureChromium(undefined, here), /apt-get update failed[\s\S]*no network/);
  });
});
