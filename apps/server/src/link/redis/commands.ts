// How Redis is asked: scripts by their hash, each within its time, and none while the breaker is open. Called by all parts of
// this folder. Invariant: what is carried out later than its asker waits for it is carried out not at all (`late`).

import { randomUUID } from "node:crypto";
import { Cluster } from "ioredis";
import type { Breaker } from "./breaker.ts";
import type { RedisConnection } from "./connection.ts";
import type { Script } from "./scripts/script.ts";

/** Redis is not asked, or has not answered. It may have done what it was asked for. */
export class RedisAway extends Error {
  override readonly name = "RedisAway";
}

export type Argument = string | number | Buffer;
/** A word, the time in ms, and what else there is to say. */
export type Reply = readonly [word: string, now: number, ...rest: unknown[]];

interface CommandsOptions {
  readonly connection: RedisConnection;
  readonly breaker: Breaker;
  readonly monotonic: () => number;
  readonly timeoutMs: number;
  readonly instance: string;
  /** Tests say what time it is for Redis. */
  readonly serverTime?: (() => number) | undefined;
}

export class RedisCommands {
  readonly connection: RedisConnection;
  readonly instance: string;
  readonly breaker: Breaker;
  readonly #options: CommandsOptions;
  /** Of Redis's time, ahead of ours; null until it has been told. */
  #aheadMs: number | null = null;
  #seq = 0;
  #firstSeq: number | null = null;

  constructor(options: CommandsOptions) {
    this.connection = options.connection;
    this.instance = options.instance;
    this.breaker = options.breaker;
    this.#options = options;
  }

  /** A number that grows, also over restarts of this process: by the time of Redis. */
  nextSeq(): number {
    const { monotonic, serverTime } = this.#options;
    const now = serverTime?.() ?? monotonic() + (this.#aheadMs ?? 0);
    this.#seq = Math.max(this.#seq + 1, Math.round(now) * 1024);
    return this.#seq;
  }

  /** Of this process. Redis must have been asked before. */
  get firstSeq(): number {
    this.#firstSeq ??= this.nextSeq();
    return this.#firstSeq;
  }

  /** Rejects with RedisAway. */
  async run(script: Script, keys: readonly string[], rest: readonly Argument[]): Promise<Reply> {
    if (this.breaker.isOpen) throw new RedisAway(this.breaker.why);
    return this.runAnyway(script, keys, rest);
  }

  /** Also while the breaker is open: for probes and for what is told before it closes. */
  async runAnyway(script: Script, keys: readonly string[], rest: readonly Argument[]): Promise<Reply> {
    const reply = await this.#timed(() => this.#send(script, keys, rest));
    if (reply[0] !== "late") return reply;
    // Its clock was stepped, or ours stood still: now its time is known.
    return this.#timed(() => this.#send(script, keys, rest));
  }

  /** A script of a part that keeps things, and knows no instance. */
  async ask(script: Script, keys: readonly string[], rest: readonly Argument[]): Promise<unknown> {
    if (this.breaker.isOpen) throw new RedisAway(this.breaker.why);
    const { serverTime } = this.#options;
    return this.#watched(() => this.#evaluate(script, keys, [serverTime?.() ?? "", ...rest]));
  }

  /** So many of a key at most, from a place on. */
  bytesOf(key: string, from: number, most: number): Promise<Buffer> {
    if (this.breaker.isOpen) throw new RedisAway(this.breaker.why);
    return this.#watched(() => this.connection.getrangeBuffer(key, from, from + most - 1));
  }

  /** So that scripts are carried out in the order in which they are sent: one that is not there is sent once more, and so later. */
  async load(scripts: readonly Script[]): Promise<void> {
    const { connection } = this;
    const nodes = connection instanceof Cluster ? connection.nodes("master") : [connection];
    const loads = nodes.flatMap((node) => scripts.map(({ text }) => node.script("LOAD", text)));
    await this.#watched(() => Promise.all(loads));
  }

  async #timed(send: () => Promise<unknown>): Promise<Reply> {
    const { monotonic } = this.#options;
    const startedAt = monotonic();
    const reply = toReply(await this.#watched(send));
    this.#aheadMs = reply[1] - (startedAt + monotonic()) / 2;
    return reply;
  }

  #send(script: Script, keys: readonly string[], rest: readonly Argument[]): Promise<unknown> {
    const { serverTime, monotonic, timeoutMs, instance } = this.#options;
    const given = serverTime?.();
    const isBounded = given === undefined && this.#aheadMs !== null;
    const notAfter = isBounded ? Math.floor(monotonic() + (this.#aheadMs ?? 0) + timeoutMs) : "";
    return this.#evaluate(script, keys, [given ?? "", notAfter, instance, ...rest]);
  }

  async #watched<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    const { monotonic } = this.#options;
    const startedAt = monotonic();
    try {
      const answer = await send();
      this.breaker.answered(monotonic() - startedAt);
      return answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.breaker.failed(reason, monotonic() - startedAt);
      throw new RedisAway(reason, { cause: error });
    }
  }

  async #evaluate(script: Script, keys: readonly string[], rest: readonly Argument[]): Promise<unknown> {
    try {
      return await this.connection.evalsha(script.sha, keys.length, ...keys, ...rest);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return this.connection.eval(script.text, keys.length, ...keys, ...rest);
    }
  }
}

/** For what is made only once. */
export const newName = (): string => randomUUID();

function toReply(answer: unknown): Reply {
  if (!Array.isArray(answer) || typeof answer[0] !== "string" || typeof answer[1] !== "number")
    throw new Error("Redis has answered what no script of ours answers");
  return [answer[0], answer[1], ...answer.slice(2)];
}
