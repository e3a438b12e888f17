import * as grpc from "@grpc/grpc-js";
import { whenParentGone } from "../language-host/parent";
import { AwsProvider } from "./AwsProvider";
import { createServer } from "./server";

/** `pulumi-resource-aws [ENGINE_ADDRESS]`: prints the port that it listens on and serves until the engine ends it. */
function main(): void {
  const server = createServer(new AwsProvider());
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      process.stderr.write(`pulumi-resource-aws cannot listen: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
  const end = (): void => process.exit(0);
  // Ctrl-C reaches every process of the terminal; the engine then says what to do (Cancel).
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", end);
  process.on("SIGHUP", end);
  whenParentGone(end);
}

main();
