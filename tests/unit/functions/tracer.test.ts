import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { promisify } from "node:util";

const TRACE = "Root=1-69241a00-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=";

/** Two invocations as the Lambda runtime makes them: the module is loaded once, the trace header changes. */
const SCRIPT = `
const { traced } = require("./functions/shared/observability/tracer");
const invoke = async (trace, name) => {
  process.env._X_AMZN_TRACE_ID = trace;
  await traced(name, async () => new Promise((resolve) => setTimeout(resolve, 5)));
};
(async () => {
  await invoke(process.env.FIRST_TRACE, "aurora");
  await new Promise((resolve) => setImmediate(resolve));
  await invoke(process.env.SECOND_TRACE, "session");
  const loaded = Object.keys(require.cache).some((file) => file.includes("aws-xray-sdk-core"));
  process.stdout.write(JSON.stringify({ loaded }));
  // Segments leave by UDP; their sending is nobody's to wait for.
  setTimeout(() => process.exit(0), 200);
})();
`;

describe("tracing", function () {
  this.timeout(30_000);
  let daemon: Socket;
  let received: string[];

  beforeEach(async () => {
    received = [];
    daemon = createSocket("udp4");
    daemon.on("message", (message) => received.push(message.toString()));
    await new Promise<void>((resolve) => daemon.bind(0, "127.0.0.1", resolve));
  });
  afterEach(() => daemon.close());

  const run = async (environment: Record<string, string>): Promise<{ loaded: boolean }> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", "--input-type=commonjs", "-e", SCRIPT],
      {
        env: {
          PATH: process.env["PATH"],
          LAMBDA_TASK_ROOT: process.cwd(),
          AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
          ...environment,
        },
      },
    );
    return JSON.parse(stdout) as { loaded: boolean };
  };
  const names = (): string[] =>
    received
      .map((message) => JSON.parse(message.split("\n")[1] ?? "{}") as { name?: string })
      .flatMap(({ name }) => (name === undefined ? [] : [name]));
  const address = (): string => `127.0.0.1:${daemon.address().port}`;

  it("sends a subsegment of each invocation that is sampled, and of no other", async () => {
    await run({
      AWS_XRAY_DAEMON_ADDRESS: address(),
      FIRST_TRACE: `${TRACE}0`,
      SECOND_TRACE: `${TRACE.replace("69241a00", "69241a01")}1`,
    });

    assert.deepEqual(names(), ["session"]);
  });

  it("keeps its context from one invocation to the next", async () => {
    await run({
      AWS_XRAY_DAEMON_ADDRESS: address(),
      FIRST_TRACE: `${TRACE}1`,
      SECOND_TRACE: `${TRACE.replace("69241a00", "69241a01")}1`,
    });

    assert.deepEqual(names(), ["aurora", "session"]);
  });

  it("loads nothing where there is no daemon", async () => {
    const { loaded } = await run({ FIRST_TRACE: `${TRACE}1`, SECOND_TRACE: `${TRACE}1` });

    assert.equal(loaded, false);
    assert.deepEqual(names(), []);
  });
});
