// Events to NATS JetStream: one subject for each type, and the id of the event as the id of the message, by which the stream knows what
// it has. An event of a key is published when the one before it is acknowledged: one that timed out may be stored later, and is then
// a duplicate of what was published again, but never behind its successor. Invariant: a connection that was lost comes back by itself.

import type { CloudEvent } from "@ghostllm/contract/events";
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from "@nats-io/jetstream";
import { connect, nanos, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-node";
import type { Secret } from "#domain/secret.ts";
import { byKey } from "./by-key.ts";
import type { Sink } from "./sink.ts";

export interface NatsSinkOptions {
  readonly url: Secret;
  /** The one that is made where none has the subjects. */
  readonly stream: string;
}

const subjects = "ghostllm.>";
/** Of keys; of each there is one on the way. */
const mostAtOnce = 64;
const publishTimeoutMs = 1_000;
const publishTries = 3;
const connectTimeoutMs = 2_000;
/** A server that has stopped without a word is noticed by three of these. */
const pingIntervalMs = 5_000;
const minuteMs = 60_000;
/** What is published again within this time is known to be. */
const duplicatesMs = 10 * minuteMs;
/** Of a stream that is made here. */
const keptMs = 7 * 24 * 60 * minuteMs;

interface Opened {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
}

export class NatsSink implements Sink {
  readonly name = "nats";
  readonly #options: NatsSinkOptions;
  #opened: Opened | null = null;
  #hasStream = false;
  #isClosed = false;

  constructor(options: NatsSinkOptions) {
    this.#options = options;
  }

  async deliver(events: readonly CloudEvent[]): Promise<void> {
    const { connection, client } = await this.#open();
    try {
      if (!this.#hasStream)
        await ensureStream(await jetstreamManager(connection, { checkAPI: false }), this.#options.stream);
      this.#hasStream = true;
      const lanes = [...byKey(events)];
      const work = Array.from({ length: Math.min(mostAtOnce, lanes.length) }, async () => {
        for (let lane = lanes.pop(); lane !== undefined; lane = lanes.pop()) await this.#publish(client, lane);
      });
      await Promise.all(work);
    } catch (error) {
      // Somebody may have deleted it.
      this.#hasStream = false;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opened?.connection.close().catch(() => undefined);
  }

  async #publish(client: JetStreamClient, lane: readonly CloudEvent[]): Promise<void> {
    for (const event of lane) {
      const options = { msgID: event.id, timeout: publishTimeoutMs, retries: publishTries };
      await client.publish(event.type, JSON.stringify(event), options).catch((error: unknown) => {
        throw explain(error, event.type);
      });
    }
  }

  async #open(): Promise<Opened> {
    if (this.#isClosed) throw new Error("NATS is told nothing more");
    if (this.#opened !== null && !this.#opened.connection.isClosed()) return this.#opened;
    this.#hasStream = false;
    const connection = await connect(connectionOf(this.#options.url));
    this.#opened = { connection, client: jetstream(connection) };
    return this.#opened;
  }
}

/** A user and a password, or a token, stand in the URL; of several servers in that of the first. */
function connectionOf(url: Secret): ConnectionOptions {
  const servers = url
    .reveal()
    .split(",")
    .map((server) => new URL(server.trim()));
  const { username, password, protocol } = servers[0] ?? new URL("nats://localhost");
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: servers.map(({ host }) => host),
    name: "ghostllm",
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    timeout: connectTimeoutMs,
    pingInterval: pingIntervalMs,
    ...(protocol === "tls:" && { tls: {} }),
    ...(user !== "" && (pass === "" ? { token: user } : { user, pass })),
  };
}

async function ensureStream({ streams }: JetStreamManager, name: string): Promise<void> {
  try {
    await streams.find(subjects);
    return;
  } catch (error) {
    if (isUnreachable(error)) throw error;
  }
  try {
    await streams.add({
      ...{ name, subjects: [subjects] },
      ...{ duplicate_window: nanos(duplicatesMs), max_age: nanos(keptMs) },
    });
  } catch (error) {
    if (isUnreachable(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`no stream has the subjects ${subjects}, and ${name} cannot be made: ${reason}`, { cause: error });
  }
}

/** The library takes it for a server without JetStream when no stream answers. */
function explain(error: unknown, subject: string): unknown {
  const isUntaken = error instanceof Error && error.name === "JetStreamNotEnabled";
  return isUntaken ? new Error(`no stream takes ${subject}, or JetStream is not enabled`, { cause: error }) : error;
}

/** The server is away: that it has no stream nobody has said. */
function isUnreachable(error: unknown): boolean {
  return (
    error instanceof Error && ["TimeoutError", "ClosedConnectionError", "DrainingConnectionError"].includes(error.name)
  );
}
