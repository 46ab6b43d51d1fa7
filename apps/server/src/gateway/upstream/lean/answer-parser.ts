// HTTP/1.1 answers as they come over a connection: heads are checked and read at once, bodies are handed on as slices of what was
// received. Called by connection.ts. Invariant: what can be read in two ways is refused, never guessed; every byte is looked at once.

import { AnswerFault } from "./answer-fault.ts";
import { claimsBody, readHead, readTrailer } from "./answer-head.ts";
import type { AnswerHead, Framing } from "./answer-head.ts";
import { ChunkSizes } from "./chunk-sizes.ts";
import { HeldText } from "./held-text.ts";

export interface AnswerEvents {
  onHead(head: AnswerHead): void;
  /** The slice is of what was pushed: who keeps it longer makes a copy. */
  onBody(slice: Buffer): void;
  onEnd(): void;
}

type State = "idle" | "head" | "counted" | "chunk size" | "chunk" | "chunk end" | "trailers" | "until close";

/** Of a head with those of the words in between before it, and of all trailers. */
const mostHeadBytes = 64 * 1024;
const carriageReturn = 13;
const lineFeed = 10;

export class AnswerParser {
  readonly #events: AnswerEvents;
  readonly #held = new HeldText(mostHeadBytes);
  readonly #sizes = new ChunkSizes();
  #state: State = "idle";
  /** Of the counted body or of the chunk; of a chunk's end: bytes of it that are still to come. */
  #remaining = 0;
  #isHeadOnly = false;
  #keepsAlive = false;
  /** Of the words in between, then of the trailers. */
  #textBytes = 0;
  /** What of the received buffer is body, so far: chunks are moved together, so that one read is one slice. */
  #bodyStart = 0;
  #bodyEnd = 0;

  constructor(events: AnswerEvents) {
    this.#events = events;
  }

  /** The next answer is to be this one. */
  expect(method: string): void {
    this.#state = "head";
    this.#isHeadOnly = method === "HEAD";
    this.#keepsAlive = false;
    this.#textBytes = 0;
  }

  /** Whether the connection may be used again once the answer has ended. */
  get keepsAlive(): boolean {
    return this.#keepsAlive;
  }

  /** Not to be called when nothing is expected. Throws AnswerFault. The buffer's bytes are moved within it. */
  push(received: Buffer): void {
    let at = 0;
    this.#bodyStart = 0;
    this.#bodyEnd = 0;
    try {
      while (at < received.length && this.#state !== "idle") at = this.#step(received, at);
    } finally {
      // What came before a fault is told, as it would be if it had come alone.
      if (this.#bodyEnd > this.#bodyStart) this.#events.onBody(received.subarray(this.#bodyStart, this.#bodyEnd));
    }
    if (this.#state !== "idle") return;
    // Nobody asked for what comes behind it: whoever is asked next over this connection might be answered with that.
    if (at < received.length) this.#keepsAlive = false;
    this.#events.onEnd();
  }

  /** The vendor has closed its side. True where that ends the answer well. */
  finish(): boolean {
    if (this.#state !== "until close") return false;
    this.#state = "idle";
    this.#events.onEnd();
    return true;
  }

  #step(received: Buffer, at: number): number {
    switch (this.#state) {
      case "head":
        return this.#readHead(received, at);
      case "counted":
      case "chunk":
        return this.#takeBody(received, at);
      case "chunk size":
        return this.#readSize(received, at);
      case "chunk end":
        return this.#readChunkEnd(received, at);
      case "trailers":
        return this.#readTrailers(received, at);
      case "until close":
        this.#addBody(received, at, received.length);
        return received.length;
      case "idle":
        return at;
    }
  }

  #readHead(received: Buffer, at: number): number {
    const end = this.#held.findEnd(received, at, "\r\n\r\n");
    if (end < 0) {
      // Another protocol: its end may never come.
      if (!this.#held.startsLike("HTTP/1.")) throw new AnswerFault("its head is not HTTP/1.1");
      return received.length;
    }
    const text = this.#held.take(received, at, end);
    const { head, framing } = readHead(text);
    if (head.status < 200) this.#passOver(head, framing, text.length);
    else this.#open(head, framing);
    return end;
  }

  /** A word in between; the answer follows. */
  #passOver({ status }: AnswerHead, framing: Framing, bytes: number): void {
    if (status === 101) throw new AnswerFault("it switches protocols");
    if (claimsBody(framing)) throw new AnswerFault("what comes before it has a body");
    this.#addText(bytes, "what comes before it never ends");
  }

  #open(head: AnswerHead, framing: Framing): void {
    const { status } = head;
    const isEmpty = status === 204 || status === 304 || this.#isHeadOnly;
    // Of a 204 that tells of a body anyway, the body may come late.
    this.#keepsAlive = head.keepsAlive && !(status === 204 && claimsBody(framing));
    this.#textBytes = 0;
    this.#events.onHead(head);
    this.#begin(isEmpty ? { kind: "counted", bytes: 0 } : framing);
  }

  #addText(bytes: number, fault: string): void {
    this.#textBytes += bytes;
    if (this.#textBytes > mostHeadBytes) throw new AnswerFault(fault);
  }

  #begin(framing: Framing): void {
    if (framing.kind === "counted") {
      this.#remaining = framing.bytes;
      this.#state = framing.bytes === 0 ? "idle" : "counted";
      return;
    }
    if (framing.kind === "until close") this.#keepsAlive = false;
    this.#state = framing.kind === "chunked" ? "chunk size" : "until close";
  }

  #takeBody(received: Buffer, at: number): number {
    const end = Math.min(received.length, at + this.#remaining);
    this.#addBody(received, at, end);
    this.#remaining -= end - at;
    if (this.#remaining > 0) return end;
    if (this.#state === "chunk") {
      this.#state = "chunk end";
      this.#remaining = 2;
    } else this.#state = "idle";
    return end;
  }

  #readSize(received: Buffer, at: number): number {
    const next = this.#sizes.read(received, at);
    const size = this.#sizes.take();
    if (size === null) return next;
    this.#remaining = size;
    this.#state = size === 0 ? "trailers" : "chunk";
    return next;
  }

  #readChunkEnd(received: Buffer, at: number): number {
    const expected = this.#remaining === 2 ? carriageReturn : lineFeed;
    if (received[at] !== expected) throw new AnswerFault("a chunk is longer than it says");
    this.#remaining -= 1;
    if (this.#remaining === 0) this.#state = "chunk size";
    return at + 1;
  }

  /** They are checked, and of no use to anybody. */
  #readTrailers(received: Buffer, at: number): number {
    const end = this.#held.findEnd(received, at, "\r\n");
    if (end < 0) return received.length;
    const line = this.#held.take(received, at, end);
    this.#addText(line.length, "its trailers are too long");
    if (line === "\r\n") this.#state = "idle";
    else readTrailer(line);
    return end;
  }

  #addBody(received: Buffer, from: number, to: number): void {
    if (this.#bodyEnd === 0) this.#bodyStart = this.#bodyEnd = from;
    if (from !== this.#bodyEnd) received.copyWithin(this.#bodyEnd, from, to);
    this.#bodyEnd += to - from;
  }
}
