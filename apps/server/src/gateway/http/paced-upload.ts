// Large uploads, a piece in each turn of the event loop: as fast as they come, 80 of them would have it read 160 MB before
// anybody else is heard. Called while a body is read, and by what refuses one.

import type { IncomingMessage } from "node:http";

/** So much of one body is read in a turn, or twice that: the system gives 64 KiB at a time. */
export const bytesPerTurn = 128 * 1024;

/** Others have their turn before the next piece. */
export function waitForTurn(request: IncomingMessage): void {
  request.pause();
  setImmediate(() => request.resume());
}

/** What still comes of a refused request is read and dropped, so that its client, which may write before it reads, sees why. */
export function dropRest(request: IncomingMessage): void {
  if (request.complete || request.listenerCount("data") > 0) return;
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes < bytesPerTurn) return;
    bytes = 0;
    waitForTurn(request);
  });
}
