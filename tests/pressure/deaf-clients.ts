// Clients that mean no good: they connect, say their bytes, and read nothing unless they are told to.

import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "./stage.ts";

export interface DeafClients {
  readonly count: number;
  /** Each is another client of the server's, as far as it can tell. */
  readonly from: string;
  /** What each says once it is connected. */
  readonly bytes: (index: number) => string | Buffer | readonly (string | Buffer)[];
  /** They read what comes, and never close. */
  readonly reads?: boolean;
}

export interface Opened {
  readonly sockets: readonly Socket[];
  /** The beginnings of what came, by client; empty where nothing was read. */
  readonly heard: readonly string[];
}

const atOnce = 100;
const heardCharacters = 400;

/** A hundred at a time, so that none is lost before it is accepted. */
export async function openDeafClients(
  { server, clients }: Pick<Stage, "server" | "clients">,
  { count, from, bytes, reads = false }: DeafClients,
): Promise<Opened> {
  const { hostname: host, port } = new URL(server.url);
  const heard: string[] = Array.from({ length: count }, () => "");
  const sockets: Socket[] = [];
  const open = async (index: number): Promise<void> => {
    const socket = connect({ host, port: Number(port), localAddress: from, allowHalfOpen: true });
    sockets.push(socket);
    clients.add(socket);
    socket.once("close", () => clients.delete(socket));
    socket.on("error", () => {});
    if (reads) {
      socket.on("data", (chunk: Buffer) => {
        const known = heard[index] ?? "";
        if (known.length < heardCharacters) heard[index] = known + chunk.toString("latin1", 0, heardCharacters);
      });
    }
    await new Promise<void>((resolve) => socket.once("connect", () => resolve()).once("close", () => resolve()));
    for (const piece of [bytes(index)].flat()) socket.write(piece);
  };
  for (let first = 0; first < count; first += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - first) }, (_, index) => open(first + index)));
    await sleep(5);
  }
  return { sockets, heard };
}

/** How many answers of each status there are; 0 stands for none. */
export function countStatuses(heard: readonly string[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const text of heard) {
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

export interface Request {
  readonly path: string;
  readonly key?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The bytes of an ordinary request. */
export function requestBytes({ path, key, method = "GET", headers = {}, body }: Request): Buffer {
  const all = {
    host: "gateway",
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(body !== undefined && {
      "content-length": String(Buffer.byteLength(body)),
      "content-type": "application/json",
    }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body ?? "")]);
}
