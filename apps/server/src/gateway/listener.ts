// The one HTTP server. Hot routes are answered here on raw node:http; everything else is handed to the control plane.
// Called by compose.ts. Invariant: whatever arrives is answered or its connection is closed; nothing is left hanging.

import { createServer, ServerResponse } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { newId } from "@ghostllm/contract";
import { isPreflight } from "#edge/cors.ts";
import type { Cors } from "#edge/cors.ts";
import { Exchange, pathOf } from "./exchange.ts";
import { buildRouter } from "./routes.ts";
import type { RouterDeps, Serve } from "./routes.ts";

export interface ListenerDeps extends RouterDeps {
  /** Null where no page of another origin may call. */
  readonly cors: Cors | null;
  /** Answers what is no route of the gateway. */
  readonly control: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A client has this long to send its headers; its whole request is bounded by the silence allowed within a body. */
const headersTimeoutMs = 20_000;
const requestTimeoutMs = 300_000;
const keepAliveTimeoutMs = 65_000;
const maxHeaderBytes = 32 * 1024;
const maxHeaderCount = 200;

export function createListener(deps: ListenerDeps): Server {
  const route = buildRouter(deps);
  const server = createServer(
    {
      noDelay: true,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: keepAliveTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      // Said aloud: a lenient parser is what request smuggling lives on.
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (request, response) => {
      if (deps.cors !== null && meetOrigin(deps.cors, request, response)) return;
      const serve = route(request);
      if (serve === null) deps.control(request, response);
      else void run(deps, serve, new Exchange(request, response, deps));
    },
  );
  server.maxHeadersCount = maxHeaderCount;
  server.on("clientError", answerUnreadable);
  // Tunnels and upgrades are not offered; without listeners their sockets would stay open.
  server.on("connect", (_request, socket) => refuse(socket, "405 Method Not Allowed"));
  server.on("checkExpectation", (request, response) => {
    if (deps.cors !== null) deps.cors.addHeaders(request, response, pathOf(request));
    const exchange = new Exchange(request, response, deps);
    exchange.answerJson(417, { error: { message: "This expectation cannot be met.", type: "invalid_request_error" } });
  });
  return server;
}

/** True for a preflight, which is answered with that. */
function meetOrigin(cors: Cors, request: IncomingMessage, response: ServerResponse): boolean {
  const path = pathOf(request);
  if (!isPreflight(request)) {
    cors.addHeaders(request, response, path);
    return false;
  }
  response.setHeader("x-request-id", newId());
  cors.answerPreflight(request, response, path);
  return true;
}

/** The last catch: what is thrown past it would end the process. */
async function run(deps: ListenerDeps, serve: Serve, exchange: Exchange): Promise<void> {
  try {
    await serve(exchange);
  } catch (error) {
    deps.events.internalError(`request ${exchange.id}`, error);
    exchange.response.destroy();
  }
}

const statusOfParserError: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What the parser refused: smuggling shapes, floods of headers, garbage, requests that came too slowly. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable || isAnswerUnderWay(socket)) {
    socket.destroy();
    return;
  }
  refuse(socket, statusOfParserError[error.code ?? ""] ?? "400 Bad Request");
}

/** Bytes of ours in the middle of an answer would be read as part of it. Node itself looks here for the same reason. */
function isAnswerUnderWay(socket: Duplex): boolean {
  const message: unknown = Reflect.get(socket, "_httpMessage");
  return message instanceof ServerResponse && message.headersSent;
}

function refuse(socket: Duplex, status: string): void {
  const body = JSON.stringify({
    error: {
      message: `The request cannot be read as HTTP (${status}).`,
      type: "invalid_request_error",
      param: null,
      code: "invalid_request_error",
    },
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-request-id: ${newId()}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
