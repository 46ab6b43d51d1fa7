// `/v1/chat/stream`: chats over a WebSocket, each of them a request as every other one, with its own record, limits and budgets.
// Called by the listener with connections that want to be upgraded. Invariant: nobody is heard before it is known who he is, and a
// page of an origin that may not call gets no connection.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import { chatStreamPath } from "@ghostllm/contract/routes";
import { WebSocketServer, type WebSocket } from "ws";
import { Roster } from "#domain/roster.ts";
import type { Cors } from "#edge/cors.ts";
import { networkOf } from "#gateway/connections/client-address.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { serveRequest } from "#gateway/endpoints/serve-request.ts";
import { answerError, encodeForAnybody } from "#gateway/http/answer-error.ts";
import type { ClientResponse } from "#gateway/http/client-response.ts";
import { Exchange } from "#gateway/http/exchange.ts";
import { Hold } from "#gateway/http/held-bytes.ts";
import { readKey } from "#gateway/http/identify.ts";
import type { Router } from "#gateway/http/router.ts";
import type { ChannelResponse } from "./channel-response.ts";
import { ChatSocket, closings, type Chat } from "./chat-socket.ts";
import { HandshakeResponse } from "./handshake-response.ts";
import { headersFor, headOf, MessageContent } from "./message-exchange.ts";
import { mayCome } from "./origins.ts";

type Deps = Pick<
  GatewayDeps,
  "addresses" | "clock" | "compressor" | "events" | "heldBytes" | "readiness" | "snapshots" | "steadyTime" | "tracer"
>;

export interface ChatDoorDeps extends Deps {
  readonly route: Router;
  readonly cors: Cors | null;
}

export interface ChatDoor {
  readonly path: string;
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** No more chats; those that run go on. */
  leave(): void;
}

/** What is larger belongs into a request of HTTP, whose body is read in a thread of its own. */
const mostMessageBytes = 2 ** 20;
const introductionMs = 5_000;
const heartbeatMs = 30_000;
const endpoint = "chat.completions";
const encodeError = encodeForAnybody;

export function openChatDoor(deps: ChatDoorDeps): ChatDoor {
  const options = { perMessageDeflate: false, clientTracking: false, autoPong: false };
  const server = new WebSocketServer({ noServer: true, maxPayload: mostMessageBytes, ...options });
  const sockets = new Roster<ChatSocket>();
  setInterval(() => [...sockets].forEach((socket) => socket.checkAlive()), heartbeatMs).unref();
  return {
    path: chatStreamPath,
    take(request, carrier, head) {
      if (!mayCome(deps.cors, request, chatStreamPath))
        throw new GhostError("permission_denied", "Pages of this origin may not call (cors.origins).");
      const upgrade = (isKnown: boolean): void =>
        server.handleUpgrade(request, carrier, head, (socket) => listen(deps, sockets, { request, socket, isKnown }));
      if (shown(request)) void introduceAtOnce(deps, { request, carrier, upgrade });
      else upgrade(false);
    },
    leave: () => [...sockets].forEach((socket) => socket.leave()),
  };
}

function shown(request: IncomingMessage): boolean {
  return Boolean(readKey({ header: (name) => textOf(request.headers[name]) }));
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly carrier: Duplex;
  upgrade(isKnown: boolean): void;
}

/** A key that opens nothing is refused as in every other request: with an answer of HTTP. */
async function introduceAtOnce(deps: ChatDoorDeps, { request, carrier, upgrade }: Handshake): Promise<void> {
  const response = new HandshakeResponse(carrier);
  if (await isCaller(deps, request, { response, token: null })) upgrade(true);
}

interface Introduction {
  readonly response: HandshakeResponse | ChannelResponse;
  readonly token: string | null;
}

/** A refusal is on its way to the response; to who is found it says nothing. */
async function isCaller(deps: ChatDoorDeps, request: IncomingMessage, asked: Introduction): Promise<boolean> {
  let isFound = false;
  const exchange = exchangeOf(deps, request, { ...asked, path: chatStreamPath });
  await serveRequest(deps, exchange, { endpoint, encodeError, route: chatStreamPath }, async () => {
    isFound = true;
    asked.response.leave();
  });
  return isFound;
}

interface Asked {
  readonly response: ClientResponse;
  readonly token: string | null;
  readonly path: string;
  readonly body?: Buffer;
}

function exchangeOf(deps: ChatDoorDeps, request: IncomingMessage, asked: Asked): Exchange {
  const { response, token, path, body = Buffer.alloc(0) } = asked;
  const head = headOf(request, headersFor(request, token), { path, bytes: body.length });
  return new Exchange({ request: head, body: new MessageContent(body), response }, deps);
}

interface Newcomer {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly isKnown: boolean;
}

function listen(deps: ChatDoorDeps, sockets: Roster<ChatSocket>, { request, socket, isKnown }: Newcomer): void {
  const carrier: Socket = request.socket;
  const chats: ChatSocket = new ChatSocket({
    ...{ socket, carrier, isKnown },
    hold: new Hold(deps.heldBytes, () => networkOf(deps.addresses.of(request) ?? "")),
    introduce: (token, response) => isCaller(deps, request, { response, token }),
    begin: (chat) => void serveChat(deps, request, chat),
  });
  sockets.add(chats);
  const timer = setTimeout(() => {
    if (!chats.isKnown) chats.end(closings.refused, "Say within five seconds who you are.");
  }, introductionMs);
  socket.on("close", () => {
    clearTimeout(timer);
    sockets.delete(chats);
  });
  if (deps.readiness.isLeaving) chats.leave();
}

async function serveChat(deps: ChatDoorDeps, request: IncomingMessage, chat: Chat): Promise<void> {
  const exchange = exchangeOf(deps, request, chat);
  try {
    const serve = deps.route(exchange.request);
    if (serve === null) throw new GhostError("invalid_request_error", `There is no ${exchange.path} here.`);
    await serve(exchange);
  } catch (error) {
    answerError(deps.events, exchange, error, encodeError);
  }
}
