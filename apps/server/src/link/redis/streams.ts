// Streams that clients may come back to, at any instance. While Redis is away none is kept, and none is found.

import { lostAfterMs, mostReadBytes, notKept, streamOverheadBytes, usualStreamBytes } from "#link/streams.ts";
import type { Kept, ReadStream, StreamAbout, StreamPiece, Streams } from "#link/streams.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import { appendToStream, readStream } from "./scripts/streams.ts";

interface StreamsParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly limit?: number | undefined;
}

type Told = readonly [about: string, length: number, ending: string, writtenMsAgo: number];

export class RedisStreams implements Streams {
  readonly #commands: RedisCommands;
  readonly #keys: readonly string[];
  readonly #prefix: string;
  readonly #mostBytes: number;

  constructor({ commands, keys, limit = usualStreamBytes }: StreamsParts) {
    this.#commands = commands;
    this.#keys = ["expiries", "known", "bytes"].map((name) => keys.of("streams", name));
    this.#prefix = keys.of("streams", "told:");
    this.#mostBytes = limit;
  }

  async append({ id, about, at, bytes, end, lifetimeMs }: StreamPiece): Promise<Kept> {
    const bounds = [this.#prefix, this.#mostBytes, streamOverheadBytes, lifetimeMs];
    const piece = [id, at, end ?? "", JSON.stringify(about), Buffer.from(bytes)];
    const told = await this.#commands.ask(appendToStream, this.#keys, [...bounds, ...piece]).catch(() => null);
    if (told === null) return notKept;
    const [isKept, readMsAgo] = told as readonly [number, number];
    return { isKept: isKept === 1, readMsAgo: readMsAgo < 0 ? null : readMsAgo };
  }

  /** Rejects with RedisAway. */
  async read(id: string, from: number): Promise<ReadStream | null> {
    const told = (await this.#commands.ask(readStream, this.#keys, [this.#prefix, id])) as Told | readonly [];
    if (told.length === 0) return null;
    const [about, length, ending, writtenMsAgo] = told;
    const bytes =
      length > from ? await this.#commands.bytesOf(this.#prefix + id, from, mostReadBytes) : Buffer.alloc(0);
    const isLost = ending === "" && writtenMsAgo > lostAfterMs;
    return { about: JSON.parse(about) as StreamAbout, length, bytes, end: isLost ? "lost" : endOf(ending) };
  }
}

function endOf(ending: string): ReadStream["end"] {
  return ending === "whole" || ending === "cut" || ending === "dropped" ? ending : null;
}
