import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { controlHandler } from "./control.ts";
import { Exchanges } from "./exchange.ts";
import type { FakeUpstream } from "./fake-upstream.ts";
import { Pacer } from "./pacer.ts";
import type { ReceivedRequest } from "./received.ts";
import { ScriptQueue, type ScriptSource } from "./script-queue.ts";
import type { StageContext } from "./stage.ts";

export interface FakeUpstreamOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** What is done without `script()`. */
  readonly script?: ScriptSource;
  readonly models?: readonly string[];
  /** How many of the latest requests are kept; default all. */
  readonly remember?: number;
  /** Take orders over HTTP under `/__fake/`. */
  readonly control?: boolean;
  /** Called with every request, once its body is there or its sender gone. */
  readonly onReceive?: (received: ReceivedRequest) => void;
}

const defaultWaitMs = 5_000;

export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const upstream = new RunningUpstream(options);
  await upstream.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  return upstream;
}

class RunningUpstream implements FakeUpstream {
  url = "";
  readonly received: ReceivedRequest[] = [];
  readonly #options: FakeUpstreamOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #queue = new ScriptQueue();
  readonly #pacer = new Pacer();
  readonly #waiting = new Set<() => void>();
  #serial = 0;

  constructor(options: FakeUpstreamOptions) {
    this.#options = options;
    this.clear();
    this.#server = this.#createServer();
  }

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ port, host, backlog: 2048 }, resolve);
    });
    const { address, family, port: bound } = this.#server.address() as AddressInfo;
    this.url = `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
  }

  script(source: ScriptSource): void {
    this.#queue.set(source);
  }

  openSockets(): number {
    return this.#sockets.size;
  }

  clear(): void {
    this.received.length = 0;
    this.#queue.clear();
    if (this.#options.script !== undefined) this.#queue.set(this.#options.script);
  }

  async waitForRequest(count = 1, timeoutMs = defaultWaitMs): Promise<ReceivedRequest> {
    await this.waitUntil(() => this.received.length >= count, timeoutMs);
    const request = this.received[count - 1];
    if (request === undefined) throw new Error(`request ${count} is no longer remembered`);
    return request;
  }

  waitUntil(condition: () => boolean, timeoutMs = defaultWaitMs): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        end();
      };
      const look = (): void => {
        if (condition()) settle(resolve);
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`not within ${timeoutMs} ms: ${String(condition)}`))),
        timeoutMs,
      );
      this.#waiting.add(look);
    });
  }

  async close(): Promise<void> {
    this.#pacer.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await closed;
  }

  #createServer(): Server {
    const exchanges = new Exchanges({
      queue: this.#queue,
      pacer: this.#pacer,
      nextContext: () => this.#nextContext(),
      remember: (received) => this.#remember(received),
      announce: () => this.#announce(),
    });
    const control =
      this.#options.control === true ? controlHandler(this, (socket) => this.#sockets.delete(socket)) : null;
    // Time limits of its own would mix with those of whoever is tested against it.
    const limits = { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, maxHeaderSize: 262_144 };
    const server = createServer(limits, (request, response) => {
      if (control?.(request, response) !== true) exchanges.handle(request, response);
    });
    server.on("connection", (socket) => this.#addSocket(socket));
    return server;
  }

  #addSocket(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#announce();
    });
    this.#announce();
  }

  #remember(received: ReceivedRequest): void {
    const { remember = Infinity, onReceive } = this.#options;
    this.received.push(received);
    if (this.received.length > remember) this.received.shift();
    onReceive?.(received);
    this.#announce();
  }

  #announce(): void {
    for (const look of this.#waiting) look();
  }

  #nextContext(): StageContext {
    this.#serial += 1;
    const createdSeconds = Math.floor(Date.now() / 1000);
    return { serial: this.#serial, createdSeconds, models: this.#options.models ?? ["fake-model", "fake-embedding"] };
  }
}
