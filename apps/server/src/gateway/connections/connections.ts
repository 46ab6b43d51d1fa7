// The connections of clients: who may have one, and which are closed because nothing moves on them any more.
// Called by listener.ts. Invariant: whoever is refused is told so and let go; one timer looks after all of them, and
// what a client does not read is held no longer than it is allowed to.

import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import type { Capacity } from "#config/config.ts";
import type { Clock } from "#domain/clock.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import type { Events } from "#telemetry/events.ts";
import { carrierOf } from "#edge/carrier.ts";
import { networkOf } from "./client-address.ts";
import { dismiss } from "./dismissal.ts";
import type { Neighbours } from "./neighbours.ts";
import { progressOf } from "./progress.ts";

export interface ConnectionsDeps {
  readonly capacity: Pick<Capacity, "connections" | "connectionsPerAddress" | "answerUnreadMs">;
  readonly events: Pick<Events, "connectionRefused" | "answerUnread">;
  readonly clock: Clock;
  readonly addresses: Pick<ClientAddresses, "isProxy" | "peerOf" | "whenKnown">;
  /** Null where there are none. */
  readonly neighbours: Neighbours | null;
}

/** What is known of an open connection. */
interface Connection {
  readonly socket: Socket;
  /** How far what was written had come when that was last seen to change. */
  progress: string;
  progressAt: number;
  /** Since then it waits for its client to hear the last word. */
  dismissedAt: number | null;
}

const sweepsPerDeadline = 15;
const sweepMs = { min: 20, max: 2_000 };
/** A client that was told why it is refused has so long to close the connection itself. */
const lingerMs = 500;
/** Beyond this number, which is a share of all there may be, they are closed as soon as it is written. */
const maxLingering = 256;
const lingeringShare = 8;

export class Connections {
  readonly #open = new Map<Duplex, Connection>();
  readonly #perNetwork = new Map<string, number>();
  readonly #deps: ConnectionsDeps;
  #refusedAtOnce = 0;

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
  }

  get count(): number {
    return this.#open.size;
  }

  /** To be called before the server listens: from then on it gets those connections alone that may stay. */
  guard(server: Server): void {
    const accept = server.listeners("connection");
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      this.#deps.addresses.whenKnown(socket, () => {
        if (this.#admit(socket)) for (const listener of accept) Reflect.apply(listener, server, [socket]);
      });
    });
    server.on("secureConnection", (socket: Socket) => this.#secure(socket));
    const sweeper = setInterval(() => this.#sweep(), this.#sweepEveryMs());
    sweeper.unref();
    server.once("close", () => clearInterval(sweeper));
    // Such as too many open files: the connection is lost, the server is not.
    server.on("error", () => this.#deps.events.connectionRefused("accept"));
  }

  /** Says the last word on a connection, which is closed behind it whether or not the client closes it. */
  dismiss(socket: Duplex, status: string, error: GhostError): void {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.dismissedAt !== null) return void socket.destroy();
    connection.dismissedAt = this.#deps.clock.monotonic();
    dismiss(socket, status, error);
  }

  #admit(socket: Socket): boolean {
    const peer = this.#deps.addresses.peerOf(socket) ?? "";
    const network = networkOf(peer);
    const refusal = this.#refuse(network, peer);
    if (refusal === null) {
      this.#keep(socket, network);
      return true;
    }
    this.#deps.events.connectionRefused(refusal.code === "rate_limit_exceeded" ? "address" : "total");
    this.#turnAway(socket, refusal);
    return false;
  }

  #refuse(network: string, peer: string): GhostError | null {
    const { addresses, capacity } = this.#deps;
    const { connections, connectionsPerAddress } = capacity;
    const elsewhere = this.#deps.neighbours?.connections ?? 0;
    if (this.#open.size + elsewhere - this.#refusedAtOnce >= connections) {
      const message = `GhostLLM has ${connections} connections open, which is as many as it may have. Try again, or use fewer connections.`;
      return new GhostError("service_unavailable", message, { retryAfterSeconds: 1 });
    }
    const ofAddress =
      (this.#perNetwork.get(network) ?? 0) +
      (this.#deps.neighbours?.shareElsewhere("connectionsOfAddress", network) ?? 0);
    if (ofAddress < connectionsPerAddress || addresses.isProxy(peer)) return null;
    const message = `Your address has ${connectionsPerAddress} connections open here, which is as many as it may have. Use those, or close some.`;
    return new GhostError("rate_limit_exceeded", message, { retryAfterSeconds: 1 });
  }

  #turnAway(socket: Socket, refusal: GhostError): void {
    this.#refusedAtOnce += 1;
    socket.once("close", () => (this.#refusedAtOnce -= 1));
    this.#keep(socket, null);
    socket.on("error", () => {});
    // Reset, the connection would take with it what the client has not read.
    socket.resume();
    this.dismiss(socket, refusal.status === 503 ? "503 Service Unavailable" : "429 Too Many Requests", refusal);
    if (this.#refusedAtOnce > this.#mostLingering()) socket.destroySoon();
  }

  #mostLingering(): number {
    return Math.min(maxLingering, this.#deps.capacity.connections / lingeringShare);
  }

  #keep(socket: Socket, network: string | null): void {
    this.#open.set(socket, { socket, progress: "", progressAt: 0, dismissedAt: null });
    if (network !== null) this.#enter(network);
    socket.once("close", () => {
      this.#open.delete(socket);
      if (network !== null) this.#leave(network);
    });
  }

  /** What is written by TLS is held by a socket of its own, which from then on stands for the connection. */
  #secure(socket: Socket): void {
    const carrier = carrierOf(socket);
    const connection = carrier === null ? undefined : this.#open.get(carrier);
    if (carrier === null || connection === undefined) return;
    this.#open.delete(carrier);
    this.#open.set(socket, { ...connection, socket });
    socket.once("close", () => this.#open.delete(socket));
  }

  #enter(network: string): void {
    this.#perNetwork.set(network, (this.#perNetwork.get(network) ?? 0) + 1);
    this.#deps.neighbours?.tellShare("connectionsOfAddress", network, 1);
  }

  #leave(network: string): void {
    this.#deps.neighbours?.tellShare("connectionsOfAddress", network, -1);
    const left = (this.#perNetwork.get(network) ?? 1) - 1;
    if (left === 0) this.#perNetwork.delete(network);
    else this.#perNetwork.set(network, left);
  }

  #sweepEveryMs(): number {
    const { answerUnreadMs } = this.#deps.capacity;
    return Math.min(sweepMs.max, Math.max(sweepMs.min, answerUnreadMs / sweepsPerDeadline));
  }

  #sweep(): void {
    const now = this.#deps.clock.monotonic();
    for (const connection of this.#open.values()) {
      const { socket, dismissedAt } = connection;
      const isStuck = this.#isStuck(connection, now);
      if (isStuck) this.#deps.events.answerUnread();
      if (isStuck || (dismissedAt !== null && now - dismissedAt > lingerMs)) socket.destroy();
    }
  }

  #isStuck(connection: Connection, now: number): boolean {
    const progress = progressOf(connection.socket);
    if (progress === null || progress !== connection.progress) {
      connection.progress = progress ?? "";
      connection.progressAt = now;
      return false;
    }
    return now - connection.progressAt > this.#deps.capacity.answerUnreadMs;
  }
}
