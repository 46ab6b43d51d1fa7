// Who may look on: a page of this server by the cookie of its session, a program by what it sends first. Called by the gateway's listener
// with connections that want to be upgraded. Invariant: a page of another origin gets no connection, and nobody is told anything
// before it is known who he is.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { Actor } from "#domain/access/actor.ts";
import { LiveConnection, closings } from "./live-connection.ts";
import type { LiveHub } from "./live-hub.ts";

/** Who somebody is, by what he has shown; rejects with `invalid_api_key`. */
export interface Identities {
  byCredential(credential: string, request: IncomingMessage): Promise<Actor>;
  /** Null where the browser has no session, or the page is not one of ours. */
  byCookie(request: IncomingMessage): (() => Promise<Actor>) | null;
  /** Is it a page, and one of another server? */
  isForeignPage(request: IncomingMessage): boolean;
}

export interface LiveDoor {
  /** Takes the connection over, or throws GhostError for what is to be answered in its place. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** All at once; of one page each. */
const mostConnections = 512;
/** Of one user, who shall not keep all others out. */
const mostOfOne = 64;
/** Of whom nobody knows yet who they are. */
const mostWaiting = 64;
const longestOrder = 16 * 1024;
const introductionMs = 5_000;

export function openLiveDoor(hub: LiveHub, identities: Identities): LiveDoor {
  const options = {
    noServer: true,
    maxPayload: longestOrder,
    perMessageDeflate: false,
    clientTracking: false,
  } as const;
  const sockets = new WebSocketServer(options);
  let waiting = 0;
  const receive = (request: IncomingMessage, socket: WebSocket): void => {
    waiting += 1;
    const connection = new LiveConnection(socket);
    let isWaiting = true;
    const admitted = (): void => {
      if (isWaiting) waiting -= 1;
      isWaiting = false;
    };
    connection.onClose(admitted);
    introduce(hub, identities, { request, connection, admitted });
  };
  return {
    upgrade(request, socket, head) {
      if (identities.isForeignPage(request))
        throw new GhostError(
          "permission_denied",
          "Only the console's own pages may look on by the session of a browser",
        );
      if (hub.count >= mostConnections || waiting >= mostWaiting)
        throw new GhostError("service_unavailable", "Too many pages look on already", { retryAfterSeconds: 10 });
      sockets.handleUpgrade(request, socket, head, (connection) => receive(request, connection));
    },
    close: () => hub.close(),
  };
}

interface Newcomer {
  readonly request: IncomingMessage;
  readonly connection: LiveConnection;
  readonly admitted: () => void;
}

function introduce(hub: LiveHub, identities: Identities, { request, connection, admitted }: Newcomer): void {
  const tooLate = (): void =>
    connection.end(closings.refused, "invalid_api_key", "Say within five seconds who you are");
  const timer = setTimeout(tooLate, introductionMs);
  connection.onClose(() => clearTimeout(timer));
  const admit = async (credential: () => Promise<Actor>): Promise<void> => {
    clearTimeout(timer);
    try {
      const actor = await credential();
      if (hub.countOf(actor.userId) >= mostOfOne)
        throw new GhostError("rate_limit_exceeded", `You look on with ${mostOfOne} pages already: close some`);
      connection.actor = actor;
    } catch (error) {
      const code = error instanceof GhostError ? error.code : "service_unavailable";
      return connection.end(closings.refused, code, error instanceof GhostError ? error.message : "Try again");
    }
    connection.credential = credential;
    admitted();
    hub.add(connection);
    connection.welcome();
  };
  connection.onOrder((order) => {
    if (order.type === "watch") connection.wantsRequests = order.requests;
    else if (connection.actor === null) void admit(() => identities.byCredential(order.token, request));
  });
  const byCookie = identities.byCookie(request);
  if (byCookie !== null) void admit(byCookie);
}
