// An authority that may be told to fail: pebble, and before it a door of ours that answers some requests itself, counts all of them,
// and can be shut.

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request as ask } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buffer } from "node:stream/consumers";
import { selfSign } from "../../apps/server/src/edge/certificates/self-signed.ts";
import { findFreePort } from "../../tools/free-port.ts";
import { type PebbleOptions, startPebble, type ThrowAwayPebble } from "../../tools/pebble.ts";

/** What is answered in place of the authority. */
export interface Problem {
  readonly status: number;
  readonly type: string;
  readonly detail: string;
  readonly retryAfter?: string;
}

export interface Authority {
  readonly pebble: ThrowAwayPebble;
  /** Where it looks whose a name is. */
  readonly httpPort: number;
  /** Settings of a server that asks it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** By what a path begins with. */
  readonly faults: Map<string, Problem>;
  /** Requests whose path begins so are kept waiting until it is taken out again. */
  readonly held: Set<string>;
  /** Nobody comes in any more, and connections are reset. */
  shut(): Promise<void>;
  open(): Promise<void>;
  dispose(): Promise<void>;
}

type Options = Partial<Pick<PebbleOptions, "lifeSeconds" | "externalAccounts" | "blocked" | "httpPort">>;

export async function startAuthority(options: Options = {}): Promise<Authority> {
  const httpPort = options.httpPort ?? (await findFreePort());
  const own = await selfSign({ commonName: "an authority of tests", hosts: ["127.0.0.1", "localhost"], days: 2 });
  const pebble = await startPebble({ ...options, httpPort, certificate: own.pem });
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-authority-"));
  const caFile = join(directory, "ca.pem");
  writeFileSync(caFile, own.pem.cert);
  const front = new Front(pebble.port, own.pem);
  await front.open();
  return {
    ...{ pebble, httpPort, asked: front.asked, faults: front.faults, held: front.held },
    environment: {
      TLS_DOMAINS: "llm.example.com, other.example.com",
      TLS_ACME_ACCEPT_TERMS: "true",
      TLS_ACME_DIRECTORY_URL: `https://127.0.0.1:${front.port}/dir`,
      TLS_ACME_CA_FILE: caFile,
      TLS_ACME_RETRY_MS: "700ms",
      SERVER_HOST: "127.0.0.1",
    },
    shut: () => front.shut(),
    open: () => front.open(),
    async dispose() {
      await front.shut();
      pebble.dispose();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

class Front {
  readonly asked: string[] = [];
  readonly faults = new Map<string, Problem>();
  readonly held = new Set<string>();
  readonly #behind: number;
  readonly #pair: { readonly cert: string; readonly key: string };
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  port = 0;

  constructor(behind: number, pair: { readonly cert: string; readonly key: string }) {
    this.#behind = behind;
    this.#pair = pair;
  }

  async open(): Promise<void> {
    const server = createServer(this.#pair, (request, response) => void this.#answer(request, response));
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = request;
    this.asked.push(path);
    const body = await buffer(request);
    while ([...this.held].some((start) => path.startsWith(start))) await sleep(50);
    const fault = [...this.faults].find(([start]) => path.startsWith(start))?.[1];
    if (fault !== undefined) return answerProblem(response, fault);
    // By the `Host` that it is sent pebble knows what to call itself.
    const place = { host: "127.0.0.1", port: this.#behind, path, method, headers, rejectUnauthorized: false };
    const onward = ask(place, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    onward.end(body);
  }
}

function answerProblem(response: ServerResponse, { status, type, detail, retryAfter }: Problem): void {
  const headers = { "content-type": "application/problem+json", ...(retryAfter && { "retry-after": retryAfter }) };
  response.writeHead(status, headers).end(JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail }));
}
