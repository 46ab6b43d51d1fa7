// The way to a client that may come back: what it is told is kept as well, and its request goes on for a while when it has left. What writes
// to it notices nothing of that. Called by endpoints/inference.ts for who asks for it. Invariant: when nobody has come back in time, or
// nothing is kept any more to come back to, the client has left as every other one.

import type { StreamSettings } from "#config/streams.ts";
import type { Clock } from "#domain/clock.ts";
import type { Outlet, OutletHeaders } from "#gateway/flow/answer/outlet.ts";
import type { Kept, StreamAbout, Streams } from "#link/streams.ts";
import { EventIds } from "./event-ids.ts";
import { presenceMs, ToldStream } from "./told-stream.ts";

export interface ResumableParts {
  readonly clock: Clock;
  readonly streams: Streams;
  readonly settings: StreamSettings;
  readonly id: string;
  readonly about: Omit<StreamAbout, "contentType">;
  /** Of what its request holds when nobody is there; false where there is no room for it. */
  readonly hold: { readonly take: () => boolean; readonly release: () => void };
}

export const streamHeader = "x-ghostllm-stream";
const eventStream = /^text\/event-stream\b/i;
const resumableType = /^(?:text\/event-stream|application\/x-ndjson)\b/i;

export class ResumableOutlet implements Outlet {
  readonly #base: Outlet;
  readonly #parts: ResumableParts;
  /** Null: nothing is kept, or not any more. */
  #told: ToldStream | null = null;
  #ids: EventIds | null = null;
  /** Since when nobody is there. */
  #leftAt: number | null = null;
  #isOver = false;
  #isGone = false;
  #timer: NodeJS.Timeout | undefined;
  #onGone: (() => void) | null = null;
  #onDrained: (() => void) | null = null;

  constructor(base: Outlet, parts: ResumableParts) {
    this.#base = base;
    this.#parts = parts;
    base.whenClientGone(() => this.#leave());
  }

  get isClientGone(): boolean {
    return this.#isGone;
  }

  get hasBegun(): boolean {
    return this.#base.hasBegun;
  }

  get isFull(): boolean {
    return this.#leftAt === null && this.#base.isFull;
  }

  get isHeadOnly(): boolean {
    return this.#base.isHeadOnly;
  }

  addHeaders(headers: OutletHeaders): void {
    this.#base.addHeaders(headers);
  }

  answer(status: number, headers: OutletHeaders, body: string | Buffer): void {
    this.#base.answer(status, headers, body);
  }

  begin(status: number, headers: OutletHeaders): void {
    const { id } = this.#parts;
    const contentType = String(headers["content-type"] ?? "");
    const isKept = status === 200 && resumableType.test(contentType) && !this.isHeadOnly && !this.hasBegun;
    if (isKept) this.#keep(contentType);
    // Where there is no room there is nothing to come back to.
    this.#base.begin(status, this.#told === null ? headers : { ...headers, [streamHeader]: id });
  }

  #keep(contentType: string): void {
    const { id, about, streams, settings } = this.#parts;
    const onKept = (kept: Kept): void => this.#heed(kept);
    this.#told = new ToldStream({ streams, settings, id, about: { ...about, contentType }, onKept });
    if (eventStream.test(contentType)) this.#ids = new EventIds({ id, bytes: 0 });
    this.#timer = setInterval(() => this.#told?.add(null), Math.min(presenceMs, settings.graceMs / 3));
    this.#told.add(null);
  }

  write(bytes: string | Buffer): boolean {
    const told = this.#tell(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
    return told === null || told.length === 0 ? !this.isFull : this.#base.write(told);
  }

  end(lastBytes: Buffer | null): void {
    this.#finish("whole", lastBytes, (bytes) => this.#base.end(bytes));
  }

  cut(lastBytes: Buffer | null): void {
    this.#finish("cut", lastBytes, (bytes) => this.#base.cut(bytes));
  }

  whenDrained(callback: () => void): void {
    this.#onDrained = callback;
    if (this.#leftAt === null) this.#base.whenDrained(() => this.#drain());
    else this.#drain();
  }

  whenClientGone(callback: (() => void) | null): void {
    this.#onGone = callback;
    if (this.#isGone) callback?.();
  }

  whenLeft(callback: () => void): void {
    this.#base.whenLeft(callback);
  }

  /** Null where nobody is there to be told. */
  #tell(bytes: Buffer): Buffer | null {
    this.#told?.add(bytes);
    const told = this.#ids === null ? bytes : this.#ids.push(bytes);
    return this.#leftAt === null ? told : null;
  }

  #finish(end: "whole" | "cut", lastBytes: Buffer | null, finish: (bytes: Buffer | null) => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#told?.add(lastBytes, end);
    finish(lastBytes === null || this.#ids === null ? lastBytes : this.#ids.push(lastBytes));
  }

  /** Its request is over, however it went. */
  release(): void {
    clearInterval(this.#timer);
    this.#parts.hold.release();
    if (!this.#isOver) this.#told?.add(null, "cut");
  }

  #drain(): void {
    const callback = this.#onDrained;
    this.#onDrained = null;
    callback?.();
  }

  #leave(): void {
    if (this.#told === null || this.#isOver || !this.#parts.hold.take()) return this.#endForGood();
    this.#leftAt = this.#parts.clock.monotonic();
    this.#drain();
  }

  #heed({ isKept, readMsAgo }: Kept): void {
    if (this.#isOver || this.#isGone) return;
    if (!isKept) return this.#giveUp();
    // It has come back on another connection: this one is dead, though nobody has said so.
    if (this.#leftAt === null) return readMsAgo === null ? undefined : this.#base.cut(null);
    const { clock, settings } = this.#parts;
    const aloneMs = Math.min(clock.monotonic() - this.#leftAt, readMsAgo ?? Infinity);
    if (aloneMs < settings.graceMs) return;
    this.#told?.add(null, "cut");
    this.#endForGood();
  }

  /** Who is there goes on to be told, without ids. */
  #giveUp(): void {
    clearInterval(this.#timer);
    this.#told = null;
    this.#ids = null;
    if (this.#leftAt !== null) this.#endForGood();
  }

  #endForGood(): void {
    if (this.#isGone) return;
    clearInterval(this.#timer);
    this.#isGone = true;
    this.#onGone?.();
  }
}
