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
  // The engine ends its plugins by SIGINT, after Cancel, and waits 5 s for one that does not go.
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  process.on("SIGHUP", end);
  whenParentGone(end);
}

main();
