import type { Socket } from "node:net";

/**
 * How far what was written to a socket has come: null when all of it is with the kernel, otherwise a text that changes
 * whenever the client takes something. A large piece counts as written only when all of it is, so that what the handle has
 * left of it must be asked for; Node's own time-outs look there as well.
 */
export function progressOf(socket: Socket): string | null {
  if (socket.writableLength === 0) return null;
  return `${socket.bytesWritten - socket.writableLength} ${queueSizeOf(socket)}`;
}

function queueSizeOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  return typeof handle === "object" && handle !== null ? Number(Reflect.get(handle, "writeQueueSize")) : 0;
}
