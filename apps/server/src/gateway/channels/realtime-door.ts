// `/v1/realtime`: sessions of speech and text in real time, passed on to a vendor that has them. Called by the listener with connections that
// want to be upgraded. Invariant: a session is a request as every other one, admitted before a vendor is asked and recorded when it is over.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import { realtimePath } from "@ghostllm/contract/routes";
import { dialects } from "@ghostllm/llm";
import type { Dialect, SessionRules } from "@ghostllm/llm";
import { WebSocketServer, type WebSocket } from "ws";
import type { Cors } from "#edge/cors.ts";
import { networkOf } from "#gateway/connections/client-address.ts";
import { serveSession } from "#gateway/endpoints/realtime.ts";
import type { SessionDeps } from "#gateway/endpoints/realtime.ts";
import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import { Exchange } from "#gateway/http/exchange.ts";
import type { ExchangeDeps } from "#gateway/http/exchange.ts";
import { Hold } from "#gateway/http/held-bytes.ts";
import { headersFor, MessageContent } from "./message-exchange.ts";
import { mayCome } from "./origins.ts";
import { SessionResponse } from "./session-response.ts";
import { chosenOf, toldByProtocols } from "./subprotocols.ts";

export type RealtimeDoorDeps = SessionDeps & ExchangeDeps & { readonly cors: Cors | null };

export interface RealtimeDoor {
  readonly path: string;
  take(request: IncomingMessage, carrier: Duplex, head: Buffer): void;
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly carrier: Duplex;
  readonly head: Buffer;
}

interface Spoken {
  readonly dialect: Dialect;
  readonly rules: SessionRules;
}

export function openRealtimeDoor(deps: RealtimeDoorDeps): RealtimeDoor {
  const spoken = dialectOfSessions();
  const server = new WebSocketServer({
    ...{ noServer: true, maxPayload: deps.capacity.realtime.messageBytes, perMessageDeflate: false },
    ...{ clientTracking: false, handleProtocols: (offered) => chosenOf(spoken.rules, offered) },
  });
  return {
    path: realtimePath,
    take(request, carrier, head) {
      if (!mayCome(deps.cors, request, realtimePath))
        throw new GhostError("permission_denied", "Pages of this origin may not call (cors.origins).");
      void serve(deps, spoken, { server, request, carrier, head });
    },
  };
}

function dialectOfSessions(): Spoken {
  for (const dialect of Object.values<Dialect>(dialects)) {
    const rules = dialect.client.sessions;
    if (rules !== undefined) return { dialect, rules };
  }
  throw new Error("no dialect has sessions");
}

interface Taken extends Handshake {
  readonly server: WebSocketServer;
}

async function serve(deps: RealtimeDoorDeps, { dialect, rules }: Spoken, taken: Taken): Promise<void> {
  const { request } = taken;
  const { messageBytes, idleMs } = deps.capacity.realtime;
  const session = new SessionResponse({
    ...{ carrier: request.socket, messageBytes, idleMs },
    hold: new Hold(deps.heldBytes, () => networkOf(deps.addresses.of(request) ?? "")),
    upgrade: (headers) => upgrade(taken, headers),
  });
  const told = toldByProtocols(rules, request.headers["sec-websocket-protocol"]);
  const headers = { ...headersFor(request, told.token), ...told.headers };
  const head = { method: "GET", url: request.url ?? "", headers, socket: request.socket };
  const exchange = new Exchange({ request: head, body: new MessageContent(Buffer.alloc(0)), response: session }, deps);
  try {
    await serveSession(deps, { exchange, dialect, realtime: session });
  } catch (error) {
    deps.events.internalError(`session ${exchange.id}`, error);
    exchange.outlet.cut(null);
  }
}

/** At once: the library asks nobody. Null where this is no handshake. */
function upgrade({ server, request, carrier, head }: Taken, headers: OutletHeaders): WebSocket | null {
  let upgraded: WebSocket | null = null;
  const told = Object.entries(headers).filter(([name]) => name.startsWith("x-"));
  const add = (lines: string[]): void => void lines.push(...told.map((pair) => pair.join(": ")));
  server.once("headers", add);
  server.handleUpgrade(request, carrier, head, (socket) => (upgraded = socket));
  server.removeListener("headers", add);
  return upgraded;
}
