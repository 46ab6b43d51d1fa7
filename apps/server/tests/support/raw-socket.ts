// A client that says exactly what a test wants said, byte by byte, and that reads only when it is told to.

import { connect } from "node:net";
import type { Socket } from "node:net";
import { once } from "node:events";

export interface RawConnection {
  readonly socket: Socket;
  /** All that came so far, one character per byte. */
  text(): string;
  send(bytes: string | Buffer): void;
  /** Resolves once the text so far satisfies the condition, or the other side closed. */
  until(condition: (text: string) => boolean, timeoutMs?: number): Promise<string>;
  /** Resolves with everything when the other side closes. */
  closed(timeoutMs?: number): Promise<string>;
  destroy(): void;
}

export async function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = "";
  let isClosed = false;
  const waiting = new Set<() => void>();
  const announce = (): void => {
    for (const look of waiting) look();
  };
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
    announce();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    announce();
  });
  await once(socket, "connect");
  const until = (condition: (text: string) => boolean, timeoutMs = 30_000): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`not within ${timeoutMs} ms; came: ${JSON.stringify(received.slice(0, 500))}`));
      }, timeoutMs);
      const look = (): void => {
        if (!condition(received) && !isClosed) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(received);
      };
      waiting.add(look);
      look();
    });
  return {
    socket,
    text: () => received,
    send: (bytes) => void socket.write(bytes),
    until,
    closed: (timeoutMs) => until(() => isClosed, timeoutMs),
    destroy: () => socket.destroy(),
  };
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bytes of an ordinary request. */
export function requestText({ method = "POST", path, headers = {}, body = "" }: RawRequest): string {
  const lines = Object.entries({ host: "gateway", "content-length": String(Buffer.byteLength(body)), ...headers });
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

/** Status of the first answer in the text; 0 where there is none. */
export function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
}
