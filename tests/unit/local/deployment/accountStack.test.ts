import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CommandError, Refused } from "../../../../local/cli";
import {
  destroyAccountStack,
  readAccountStack,
  type AccountStack,
} from "../../../../local/deployment/accountStack";
import type { Databases } from "../../../../local/deployment/globalDatabase";
import { REPOSITORY } from "../../../../local/deployment";

const PROD: AccountStack = { name: "prod", suffix: "prod", isProduction: true };
const PRIMARY = "arn:aws:rds:ap-southeast-1:123456789012:cluster:c";
const DR = "arn:aws:rds:ap-southeast-2:123456789012:cluster:c";

/** RDS with a writer; undefined: no global cluster. */
function databases(writer: string | undefined, members = [PRIMARY, DR]): Databases {
  return {
    send: async (command: { input: { GlobalClusterIdentifier?: string } }) => {
      assert.equal(command.input.GlobalClusterIdentifier, "globalcluster-payments-prod");
      if (writer === undefined)
        throw Object.assign(new Error("none"), { name: "GlobalClusterNotFoundFault" });
      const GlobalClusterMembers = members.map((arn) => ({ DBClusterArn: arn, IsWriter: arn === writer }));
      return { GlobalClusters: [{ GlobalClusterMembers }] };
    },
  };
}

/** Destroys and tells what pulumi was asked. */
async function destroy(stack: AccountStack, confirmed?: string, rds = databases(PRIMARY), code = 0) {
  const asked: (readonly string[])[] = [];
  const run = (args: readonly string[]) => {
    asked.push(args);
    return Promise.resolve(code);
  };
  await destroyAccountStack({ stack, confirmed, databases: rds, run });
  return asked;
}

describe("destroying a stack in an account", () => {
  it("is refused for production without its name a second time, and says everything that stands in the way", async () => {
    for (const confirmed of [undefined, "", "production", "Prod"]) {
      await assert.rejects(destroy(PROD, confirmed), (error: unknown) => {
        assert.ok(error instanceof Refused);
        assert.match(
          error.message,
          /Stack prod is production[^]*snapshot[^]*deletion protection[^]*unprotect/,
        );
        assert.match(error.message, /npm run down -- --stack prod --destroy-production prod/);
        return true;
      });
    }
  });

  it("satisfies R43: goes ahead with the flag, and elsewhere without one, and lets the engine ask", async () => {
    const expected = [["destroy", "--stack", "prod"]];
    assert.deepEqual(await destroy(PROD, "prod"), expected);
    assert.deepEqual(await destroy({ ...PROD, isProduction: false }), expected);
  });

  it("is refused after a failover until the primary's cluster has left the global one, and says how", async () => {
    await assert.rejects(destroy(PROD, "prod", databases(DR)), (error: unknown) => {
      assert.ok(error instanceof Refused);
      assert.match(error.message, /failover -- detach --region primary --yes/);
      return true;
    });
    assert.equal((await destroy(PROD, "prod", databases(DR, [DR]))).length, 1);
    assert.equal((await destroy(PROD, "prod", databases(undefined))).length, 1);
  });

  it("fails when the engine does", async () => {
    await assert.rejects(destroy(PROD, "prod", databases(PRIMARY), 255), CommandError);
  });
});

describe("a stack's configuration", () => {
  const read = (config: Record<string, string>) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stack-"));
    fs.writeFileSync(path.join(folder, "Pulumi.x.yaml"), JSON.stringify({ config }));
    try {
      return readAccountStack("x", folder);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  };

  it("makes it production unless it says that it is not", () => {
    const config = { "payments:target": "aws", "payments:environmentSuffix": "x" };
    assert.equal(read(config).isProduction, true);
    assert.equal(read({ ...config, "payments:environmentType": "nonproduction" }).isProduction, false);
    assert.deepEqual(readAccountStack("prod"), PROD);
  });

  it("is not the embedded cloud's, and is there", () => {
    assert.throws(() => readAccountStack("local"), Refused);
    assert.throws(() => readAccountStack("none"), Refused);
    assert.throws(() => readAccountStack("../prod"), Refused);
  });
});

describe("npm run down", function () {
  this.timeout(30_000);
  const down = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "local/commands/down.ts", ...args], {
      cwd: REPOSITORY,
      encoding: "utf8",
    });

  it("does nothing to production by itself, and says so with an exit code", () => {
    const { status, stderr } = down("--stack", "prod");
    assert.equal(status, 1);
    assert.match(stderr, /Stack prod is production: it holds payments. Nothing was done/);
  });

  it("takes the flag for production with a stack only", () => {
    assert.equal(down("--destroy-production", "prod").status, 2);
  });
});
