import type { Clock } from "#domain/clock.ts";
import { lostAfterMs, mostReadBytes, notKept, streamOverheadBytes, usualStreamBytes } from "#link/streams.ts";
import type { Kept, ReadStream, StreamAbout, StreamPiece, Streams } from "#link/streams.ts";
import { ToldBytes } from "./told-bytes.ts";

interface KeptStream {
  readonly about: StreamAbout;
  told: ToldBytes;
  end: StreamPiece["end"];
  writtenAt: number;
  readAt: number | null;
  expiresAt: number;
}

/** The one that was written to least lately comes first. */
export class MemoryStreams implements Streams {
  readonly #kept = new Map<string, KeptStream>();
  readonly #clock: Clock;
  readonly #mostBytes: number;
  /** What all of them take. */
  bytes = 0;

  constructor(clock: Clock, mostBytes: number = usualStreamBytes) {
    this.#clock = clock;
    this.#mostBytes = mostBytes;
  }

  append(piece: StreamPiece): Kept {
    const now = this.#clock.monotonic();
    this.#dropExpired(now);
    const stream = this.#streamFor(piece, now);
    if (stream === null) return notKept;
    stream.writtenAt = now;
    stream.expiresAt = now + piece.lifetimeMs;
    this.#kept.delete(piece.id);
    this.#kept.set(piece.id, stream);
    const before = stream.told.capacity;
    if (piece.end !== "dropped") stream.told.add(piece.bytes);
    this.bytes += stream.told.capacity - before;
    stream.end = piece.end;
    const isKept = piece.end !== "dropped" && this.#makeRoom();
    if (!isKept) this.#empty(stream);
    return { isKept, readMsAgo: stream.readAt === null ? null : now - stream.readAt };
  }

  read(id: string, from: number): ReadStream | null {
    const now = this.#clock.monotonic();
    const stream = this.#kept.get(id);
    if (stream === undefined || stream.expiresAt <= now) return null;
    stream.readAt = now;
    const { about, told, end, writtenAt } = stream;
    const isLost = end === null && now - writtenAt > lostAfterMs;
    return {
      ...{ about, length: told.length, bytes: told.slice(from, mostReadBytes) },
      end: isLost ? "lost" : end,
    };
  }

  /** Null where it does not go on from what is here. */
  #streamFor({ id, about, at }: StreamPiece, now: number): KeptStream | null {
    const known = this.#kept.get(id);
    if (known !== undefined) return known.end === null && known.told.length === at ? known : null;
    if (at > 0) return null;
    this.bytes += streamOverheadBytes;
    return { about, told: new ToldBytes(), end: null, writtenAt: now, readAt: null, expiresAt: now };
  }

  /** Those that are over make room. False where that does not do. */
  #makeRoom(): boolean {
    for (const [id, { end }] of this.#kept) {
      if (this.bytes <= this.#mostBytes) return true;
      if (end !== null) this.#drop(id);
    }
    return this.bytes <= this.#mostBytes;
  }

  /** That it was there is remembered. */
  #empty(stream: KeptStream): void {
    this.bytes -= stream.told.capacity;
    stream.told = new ToldBytes();
    stream.end = "dropped";
  }

  #dropExpired(now: number): void {
    for (const [id, { expiresAt }] of this.#kept) {
      if (expiresAt > now) return;
      this.#drop(id);
    }
  }

  #drop(id: string): void {
    this.bytes -= streamOverheadBytes + (this.#kept.get(id)?.told.capacity ?? 0);
    this.#kept.delete(id);
  }
}
