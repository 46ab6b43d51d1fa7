// A real NATS server with JetStream, of the test's own: stopped, killed and started again over the same files.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CloudEvent } from "@ghostllm/contract/events";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { findFreePort } from "../../../../tools/free-port.ts";

const places = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];

/** Null where there is none, and what needs it is skipped; in CI that is a failure. */
export function findNats(): string | null {
  const found = places.find((place) => existsSync(place)) ?? null;
  if (found === null && process.env["CI"] === "true") throw new Error("nats-server is not installed");
  if (found === null) process.stderr.write("NATS is left out: nats-server is not installed\n");
  return found;
}

export interface StoredMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly event: CloudEvent;
}

interface NatsOptions {
  readonly hasJetStream?: boolean;
  readonly user?: string;
  readonly password?: string;
}

export class TestNats {
  readonly url: string;
  readonly #program: string;
  readonly #port: number;
  readonly #options: NatsOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), "ghostllm-nats-"));
  #child: ChildProcess | null = null;

  private constructor(program: string, port: number, options: NatsOptions) {
    this.#program = program;
    this.#port = port;
    this.#options = options;
    const { user, password } = options;
    this.url = `nats://${user === undefined ? "" : `${user}:${password}@`}127.0.0.1:${port}`;
  }

  static async start(options: NatsOptions = {}): Promise<TestNats> {
    const program = findNats();
    if (program === null) throw new Error("nats-server is not installed");
    const nats = new TestNats(program, await findFreePort(), options);
    await nats.start();
    return nats;
  }

  async start(): Promise<void> {
    const { hasJetStream = true, user, password } = this.#options;
    const store = hasJetStream ? ["--jetstream", "--store_dir", this.#directory] : [];
    const login = user === undefined ? [] : ["--user", user, "--pass", password ?? ""];
    const args = ["--addr", "127.0.0.1", "--port", String(this.#port), ...store, ...login];
    const child = spawn(this.#program, args, { stdio: "ignore" });
    this.#child = child;
    process.once("exit", () => child.kill("SIGKILL"));
    await this.#untilUp();
  }

  /** As a crash ends it. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await ended;
  }

  /** It says nothing any more, and keeps its connections. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** All that the stream has, in its order. */
  async stored(stream = "GHOSTLLM"): Promise<readonly StoredMessage[]> {
    const connection = await this.#connect();
    try {
      const { streams } = await jetstreamManager(connection);
      const { state } = await streams.info(stream).catch(() => ({ state: { first_seq: 1, last_seq: 0 } }));
      const messages: StoredMessage[] = [];
      // Of a stream that has nothing yet the first is none.
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
        const message = await streams.getMessage(stream, { seq });
        if (message === null) continue;
        const { subject, header } = message;
        messages.push({ subject, messageId: header.get("Nats-Msg-Id"), event: message.json<CloudEvent>() });
      }
      return messages;
    } finally {
      await connection.close();
    }
  }

  async streamConfig(stream = "GHOSTLLM") {
    const connection = await this.#connect();
    try {
      return (await (await jetstreamManager(connection)).streams.info(stream)).config;
    } finally {
      await connection.close();
    }
  }

  #connect() {
    const { user, password: pass = "" } = this.#options;
    const login = user === undefined ? {} : { user, pass };
    return connect({ servers: `127.0.0.1:${this.#port}`, timeout: 2_000, reconnect: false, ...login });
  }

  async #untilUp(): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        await (await this.#connect()).close();
        return;
      } catch {
        await sleep(50);
      }
    }
    throw new Error(`nats-server does not start at ${this.#port}`);
  }
}
