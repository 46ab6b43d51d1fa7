// The port for operators: the admin API and the console by TLS, and no models. Called by compose/tls/management.ts. Invariant: where clients
// must show a certificate, each request is answered only while those who may vouch for it still do.

import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { STATUS_CODES } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server, ServerOptions } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { GhostError, newId } from "@ghostllm/contract";
import { livePath } from "@ghostllm/contract/routes";
import type { ClientAuthorities } from "#edge/certificates/client-authorities.ts";
import { isPreflight } from "#edge/cors.ts";
import type { Cors } from "#edge/cors.ts";
import type { Health } from "#link/health.ts";
import type { ControlServer } from "./control-server.ts";
import { toErrorBody } from "./errors.ts";

export interface ManagementDeps {
  readonly tls: ServerOptions;
  /** Null where no certificate is asked for. */
  readonly authorities: Pick<ClientAuthorities, "trusts"> | null;
  readonly control: Pick<ControlServer, "handle" | "upgrade">;
  readonly health: Pick<Health, "parts">;
  readonly cors: Cors | null;
}

const options = {
  headersTimeout: 20_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
  handshakeTimeout: 20_000,
};
const maxConnections = 1_000;

export class ManagementServer {
  readonly server: Server;
  readonly #deps: ManagementDeps;
  /** Also those that have not agreed on TLS yet, and those that are upgraded. */
  readonly #sockets = new Set<Socket>();
  /** Connections that are no requests any more. */
  readonly #channels = new Set<Duplex>();

  constructor(deps: ManagementDeps) {
    this.#deps = deps;
    this.server = createServer({ ...options, ...deps.tls }, (request, response) => this.#answer(request, response));
    this.server.maxConnections = maxConnections;
    this.server.maxHeadersCount = 200;
    this.server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.server.on("connect", (_request, socket) => socket.destroy());
  }

  /** Those who may vouch are others now: whoever looks on without them is sent away. Requests are looked at when they come. */
  review(): void {
    for (const channel of this.#channels) if (!this.#isTrusted(channel)) channel.destroy();
  }

  /** Whoever is there has so long to hear the rest of his answer. `doors`: resolves when all have left who came in by them. */
  async close(drainMs: number, doors: Promise<void>): Promise<void> {
    const closed = Promise.all([doors, once(this.server, "close")]);
    this.server.close();
    this.server.closeIdleConnections();
    const timer = setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), drainMs);
    await closed;
    clearTimeout(timer);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { control, cors } = this.#deps;
    if (!this.#isTrusted(request.socket)) return refuse(request, response, untrusted());
    const [path = "/"] = (request.url ?? "/").split("?", 1);
    if (cors !== null && isPreflight(request)) {
      response.setHeader("x-request-id", newId());
      return cors.answerPreflight(request, response, path);
    }
    if (cors !== null) cors.addHeaders(request, response, path);
    if (path === "/health/live") return answerJson(response, 200, { status: "ok" });
    if (path === "/health") return void this.#answerHealth(response);
    control.handle(request, response);
  }

  async #answerHealth(response: ServerResponse): Promise<void> {
    const parts = [...(await this.#deps.health.parts())];
    const isHealthy = parts.every(([, part]) => part.isHealthy);
    answerJson(response, isHealthy ? 200 : 503, {
      status: isHealthy ? "ok" : "degraded",
      parts: Object.fromEntries(
        parts.map(([name, { isHealthy: healthy, detail }]) => [name, { healthy, detail }] as const),
      ),
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    try {
      if (!this.#isTrusted(socket)) throw untrusted();
      if ((request.url ?? "").split("?", 1)[0] !== livePath)
        throw new GhostError("invalid_request_error", "There is no upgrade of this path.");
      this.#channels.add(socket);
      socket.once("close", () => this.#channels.delete(socket));
      this.#deps.control.upgrade(request, socket, head);
    } catch (error) {
      const told = error instanceof GhostError ? error : new GhostError("internal_error", "A fault in GhostLLM.");
      const body = JSON.stringify(toErrorBody(told));
      const length = Buffer.byteLength(body);
      const start = `HTTP/1.1 ${told.status} ${STATUS_CODES[told.status] ?? ""}`;
      socket.end(
        `${start}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
      );
    }
  }

  #isTrusted(socket: Duplex): boolean {
    const { authorities } = this.#deps;
    if (authorities === null) return true;
    const certificate = showsCertificate(socket) ? socket.getPeerX509Certificate() : undefined;
    return certificate !== undefined && authorities.trusts(certificate);
  }
}

function showsCertificate(socket: object): socket is { getPeerX509Certificate(): X509Certificate | undefined } {
  return "getPeerX509Certificate" in socket;
}

function untrusted(): GhostError {
  return new GhostError("permission_denied", "The certificate of this client is not trusted any more, or has ended.");
}

function refuse(request: IncomingMessage, response: ServerResponse, error: GhostError): void {
  request.resume();
  response.setHeader("connection", "close");
  answerJson(response, error.status, toErrorBody(error));
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, "x-request-id": newId(), "cache-control": "no-store" }).end(body);
}
