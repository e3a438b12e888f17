import { writeSync } from "node:fs";
import { main } from "./index";

/** Writes everything even when the other end of a pipe reads slowly; a closed pipe ends quietly. */
function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}

process.exitCode = main(process.argv.slice(2), {
  out: (text) => write(1, text),
  err: (text) => write(2, text),
});
