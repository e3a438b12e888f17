import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { choosePort } from "../../../../local/cloud";

describe("the emulator's port", () => {
  it("is a free one by default", async () => {
    const port = await choosePort("");
    assert.ok(port > 1023 && port < 65_536);
  });

  it("is the configured one when that is free", async () => {
    const port = await choosePort("");
    assert.equal(await choosePort(String(port)), port);
  });

  it("is refused with advice when it is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await assert.rejects(choosePort(String(port)), (error: Error) => {
        assert.match(error.message, new RegExp(`Port ${port} .*EMBEDDED_CLOUD_PORT.* is taken`));
        return true;
      });
    } finally {
      server.close();
    }
  });

  for (const wrong of ["0", "65536", "-1", "80.5", "http", "123456"]) {
    it(`is refused when it is ${wrong}`, async () => {
      await assert.rejects(choosePort(wrong), /must be a port from 1 to 65535/);
    });
  }
});
