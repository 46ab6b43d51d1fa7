// Answers for requests that come again, for all instances. While Redis is away there are none, and nothing waits for it.

import { isUtf8 } from "node:buffer";
import { mostCacheSeconds } from "@ghostllm/contract";
import { sizeOfAnswer, usualCacheBytes } from "#link/cache.ts";
import type { AnswerToKeep, Cache, CachedAnswer, CachePurge, CacheUse } from "#link/cache.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import { findAnswer, keepAnswer, purgeAnswers, useOfCache } from "./scripts/cache.ts";

interface CacheParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly limit?: number | undefined;
}

/** After that there is nothing left of what was kept last. */
const longestMs = (mostCacheSeconds + 86_400) * 1_000;

export class RedisCache implements Cache {
  readonly #commands: RedisCommands;
  readonly #keys: readonly string[];
  readonly #prefix: string;
  readonly #mostBytes: number;

  constructor({ commands, keys, limit = usualCacheBytes }: CacheParts) {
    this.#commands = commands;
    this.#keys = ["expiries", "about", "bytes"].map((name) => keys.of("cache", name));
    this.#prefix = keys.of("cache", "answer:");
    this.#mostBytes = limit;
  }

  async find(name: string): Promise<CachedAnswer | null> {
    const text = await this.#commands.ask(findAnswer, [this.#prefix + name], []).catch(() => "");
    return typeof text === "string" && text !== "" ? fromText(text) : null;
  }

  async keep(kept: AnswerToKeep): Promise<void> {
    const { name, answer, lifetimeMs, alias, key, user } = kept;
    const text = toText(answer);
    const size = sizeOfAnswer(kept) + text.length - answer.body.length;
    if (size > this.#mostBytes) return;
    const about = JSON.stringify({ size, alias, key, user });
    const given = [this.#prefix, this.#mostBytes, lifetimeMs, longestMs, name, about, text];
    await this.#commands.ask(keepAnswer, this.#keys, given).catch(() => undefined);
  }

  async purge({ alias = "", key = "", user = "" }: CachePurge): Promise<number> {
    let cursor = "0";
    let gone = 0;
    do {
      const told = await this.#commands.ask(purgeAnswers, this.#keys, [this.#prefix, cursor, alias, key, user]);
      const [next, count] = told as readonly [string, number];
      cursor = next;
      gone += count;
    } while (cursor !== "0");
    return gone;
  }

  async use(): Promise<CacheUse> {
    const told = await this.#commands.ask(useOfCache, this.#keys, []);
    const [entries, bytes] = told as readonly [number, number];
    return { entries, bytes };
  }
}

type Encoding = "utf8" | "base64";

/** Two lines, and then the body. */
function toText({ head, body, storedAt }: CachedAnswer): string {
  const encoding: Encoding = isUtf8(body) ? "utf8" : "base64";
  const { buffer, byteOffset, byteLength } = body;
  return `${encoding} ${storedAt}\n${head}\n${Buffer.from(buffer, byteOffset, byteLength).toString(encoding)}`;
}

function fromText(text: string): CachedAnswer {
  const first = text.indexOf("\n");
  const second = text.indexOf("\n", first + 1);
  const [encoding = "utf8", storedAt] = text.slice(0, first).split(" ");
  return {
    head: text.slice(first + 1, second),
    body: Buffer.from(text.slice(second + 1), encoding === "base64" ? "base64" : "utf8"),
    storedAt: Number(storedAt),
  };
}
