import { connect, type Socket } from "node:net";
import { AnswerReader } from "./answer-reader.ts";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The bench loads this machine only: anything that is not a loopback address is refused. */
export function loopbackEndpoint(url: string): Endpoint {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const isLoopback = host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
  if (!isLoopback || protocol !== "http:") throw new Error(`the bench only loads http:// on loopback, not ${url}`);
  return { host, port: Number(port || 80) };
}

export interface ConnectionListener {
  /** Body bytes, as they come. */
  readonly onBody?: (bytes: Buffer) => void;
  readonly onAnswer: (status: number) => void;
  /** The connection is gone. `isMidway`: an answer was due. */
  readonly onLost: (isMidway: boolean) => void;
}

/** A keep-alive connection with one request at a time, of bytes that were made beforehand. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader: AnswerReader;
  #isWaiting = false;

  constructor(endpoint: Endpoint, listener: ConnectionListener) {
    this.#reader = new AnswerReader(listener.onBody ?? (() => undefined));
    this.#socket = connect({ ...endpoint, noDelay: true });
    this.#socket.on("data", (bytes: Buffer) => {
      if (!this.#reader.feed(bytes)) return;
      this.#isWaiting = false;
      if (this.#reader.closing) this.#socket.destroy();
      listener.onAnswer(this.#reader.status);
    });
    // "close" follows every error.
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => listener.onLost(this.#isWaiting));
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && !this.#reader.closing;
  }

  send(request: Uint8Array): void {
    this.#isWaiting = true;
    this.#socket.write(request);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

export interface RequestParts {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly key: string;
  readonly body: string;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function renderRequest({ endpoint, path, key, body, headers = {} }: RequestParts): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${endpoint.host}:${endpoint.port}`,
    `Authorization: Bearer ${key}`,
    "Content-Type: application/json",
    "Accept: application/json",
    "User-Agent: ghostllm-bench",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
