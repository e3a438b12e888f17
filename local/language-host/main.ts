import * as grpc from "@grpc/grpc-js";
import { Children } from "./children";
import { createHost } from "./host";
import { whenParentGone } from "./parent";

/**
 * `pulumi-language-nodejs ENGINE_ADDRESS`: prints the port that it listens on, as the engine expects of a plugin, and
 * serves until the engine ends it.
 */
function main(): void {
  const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (engineAddress === undefined) {
    process.stderr.write("usage: pulumi-language-nodejs ENGINE_ADDRESS (the Pulumi engine starts it)\n");
    process.exit(2);
  }
  const children = new Children(process.execPath);
  const server = createHost({
    engineAddress,
    children,
    environment: process.env,
    standardOutput: process.stdout,
    standardError: process.stderr,
  });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      process.stderr.write(`pulumi-language-nodejs cannot listen: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
  const end = (): void => {
    children.killAll();
    process.exit(0);
  };
  // SIGINT is how the engine ends a plugin that it no longer needs; unheeded, it waits five seconds each time. It is
  // also a Ctrl-C, which reaches every process of the terminal: then what to end, and when, is the engine's decision
  // (Cancel).
  process.on("SIGINT", () => {
    if (!children.areRunning) {
      end();
    }
  });
  process.on("SIGTERM", end);
  process.on("SIGHUP", end);
  whenParentGone(end);
}

main();
