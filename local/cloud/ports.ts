import { createServer, type AddressInfo } from "node:net";
import { CommandError } from "../cli";

const LOOPBACK = "127.0.0.1";

/** The variable that fixes the emulator's port; without it, any free one is taken. */
export const PORT_VARIABLE = "EMBEDDED_CLOUD_PORT";

/**
 * The emulator's port: the configured one, or a free one.
 * @throws CommandError when the configured port is not a port, or is taken
 */
export async function choosePort(configured = process.env[PORT_VARIABLE]): Promise<number> {
  if (configured === undefined || configured === "") {
    return listenOnce(0);
  }
  const port = Number(configured);
  if (!/^\d{1,5}$/.test(configured) || port < 1 || port > 65_535) {
    throw new CommandError(`${PORT_VARIABLE} must be a port from 1 to 65535, not "${configured}".`);
  }
  try {
    return await listenOnce(port);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "is taken" : (error as Error).message;
    throw new CommandError(
      `Port ${port} on ${LOOPBACK} (${PORT_VARIABLE}) ${reason}. Stop what listens there, choose another port, ` +
        `or unset ${PORT_VARIABLE}: a free port is then found.`,
    );
  }
}

/** Opens a port for a moment. @returns its number @throws what the operating system answers */
function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const { port: opened } = server.address() as AddressInfo;
      server.close(() => resolve(opened));
    });
  });
}
