// A vendor on bare sockets: it sees the bytes of each request, and answers with whatever bytes a test wants, whenever it wants.

import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TLSSocket } from "node:tls";

export interface RawVisit {
  readonly socket: Socket;
  /** Of the connection, from 1. */
  readonly connection: number;
  /** Of the request over this connection, from 1. */
  readonly request: number;
  /** One character per byte. */
  readonly head: string;
  readonly body: string;
}

export interface RawVendorOptions {
  /** Whole requests. */
  readonly onRequest?: (visit: RawVisit) => unknown;
  /** As soon as its head is there; nothing else is read of this connection by the vendor itself. */
  readonly onHead?: (socket: Socket, head: string) => void;
  readonly onConnection?: (socket: Socket) => void;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  readonly host?: string;
}

export interface RawVendor {
  readonly url: string;
  readonly port: number;
  /** All requests, of all connections. */
  readonly requests: readonly RawVisit[];
  readonly sockets: ReadonlySet<Socket>;
  readonly connections: number;
  /** Connections with TLS whose session was known. */
  readonly resumed: number;
  close(): Promise<void>;
}

export function answerText(body: string, headers: readonly string[] = [], status = "200 OK"): string {
  const lines = [`Content-Length: ${Buffer.byteLength(body)}`, ...headers].map((line) => `${line}\r\n`).join("");
  return `HTTP/1.1 ${status}\r\n${lines}\r\n${body}`;
}

export function chunkText(data: string): string {
  return `${Buffer.byteLength(data, "latin1").toString(16)}\r\n${data}\r\n`;
}

export const chunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

export async function startRawVendor(options: RawVendorOptions = {}): Promise<RawVendor> {
  const vendor = new Vendor(options);
  await vendor.listen(options.host ?? "127.0.0.1");
  return vendor;
}

const separator = "\r\n\r\n";

class Vendor implements RawVendor {
  url = "";
  port = 0;
  connections = 0;
  resumed = 0;
  readonly requests: RawVisit[] = [];
  readonly sockets = new Set<Socket>();
  /** Those whose handshake failed are among them. */
  readonly #plain = new Set<Socket>();
  readonly #options: RawVendorOptions;
  readonly #server: Server;

  constructor(options: RawVendorOptions) {
    this.#options = options;
    const half = { allowHalfOpen: true, noDelay: true };
    this.#server = options.tls
      ? createTlsServer({ ...half, ...options.tls, ALPNProtocols: ["h2", "http/1.1"] })
      : createServer(half);
    this.#server.on(options.tls ? "secureConnection" : "connection", (socket: Socket) => this.#take(socket));
    this.#server.on("tlsClientError", () => {});
    this.#server.on("connection", (socket: Socket) => {
      this.#plain.add(socket);
      socket.on("close", () => this.#plain.delete(socket));
    });
  }

  async listen(host: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    this.url = `http${this.#options.tls ? "s" : ""}://${host.includes(":") ? `[${host}]` : host}:${this.port}`;
  }

  async close(): Promise<void> {
    for (const socket of [...this.sockets, ...this.#plain]) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(socket: Socket): void {
    this.connections += 1;
    if ("isSessionReused" in socket && (socket as TLSSocket).isSessionReused()) this.resumed += 1;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    this.#options.onConnection?.(socket);
    this.#read(socket, this.connections);
  }

  #read(socket: Socket, connection: number): void {
    let text = "";
    let request = 0;
    const onData = (data: Buffer): void => {
      text += data.toString("latin1");
      for (let end = text.indexOf(separator); end >= 0; end = text.indexOf(separator)) {
        const head = text.slice(0, end + separator.length);
        if (this.#options.onHead) {
          socket.removeListener("data", onData);
          socket.pause();
          return this.#options.onHead(socket, head);
        }
        const bodyEnd = head.length + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (text.length < bodyEnd) return;
        const visit = { socket, connection, request: (request += 1), head, body: text.slice(head.length, bodyEnd) };
        text = text.slice(bodyEnd);
        this.requests.push(visit);
        this.#options.onRequest?.(visit);
      }
    };
    socket.on("data", onData);
  }
}
