import { GhostError } from "@ghostllm/contract";
import { JsonExtent } from "@ghostllm/llm";
import type { JsonBounds } from "@ghostllm/llm";
import { collectYoung } from "#gateway/heavy-work/compact-heap.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";

/** The pieces that were joined lie outside of the heap, where the collector does not see how much they take. */
const collectEveryBytes = 8 * 2 ** 20;

export interface GatherRules {
  /** Of the whole body, where the client told it; otherwise 0. */
  readonly expectedBytes: number;
  /** Null where the body is no JSON. */
  readonly bounds: JsonBounds | null;
}

/**
 * The pieces of a body as one. A small one is joined when it is whole. A large one is put into shared memory piece by piece,
 * where the heavy work's thread finds it, and each piece is looked at before the next: what holds too much ends early.
 */
export class GatheredBody {
  bytes = 0;
  readonly #rules: GatherRules;
  #pieces: Buffer[] = [];
  #large: Buffer | null = null;
  #extent: JsonExtent | null = null;
  #collectAtBytes = collectEveryBytes;

  constructor(rules: GatherRules) {
    this.#rules = rules;
  }

  /** What the document exceeds with this piece; null where it keeps its bounds. */
  add(piece: Buffer): GhostError | null {
    this.bytes += piece.length;
    if (this.bytes > heavyBytes) return this.#addLarge(piece);
    this.#pieces.push(piece);
    return null;
  }

  whole(): Buffer {
    if (this.#large !== null) return this.#large.subarray(0, this.bytes);
    const [only] = this.#pieces;
    return this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces, this.bytes);
  }

  #addLarge(piece: Buffer): GhostError | null {
    if (this.#large === null) return this.#grow(piece);
    const at = this.bytes - piece.length;
    if (this.bytes > this.#large.length) this.#large = enlarged(this.#large, at, Math.max(this.bytes, at * 2));
    return this.#put(piece, at);
  }

  /** What came before has not been looked at. */
  #grow(piece: Buffer): GhostError | null {
    const { expectedBytes, bounds } = this.#rules;
    this.#large = sharedMemory(Math.max(this.bytes * 2, expectedBytes));
    this.#extent = bounds === null ? null : new JsonExtent(bounds);
    const earlier = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return this.#put(earlier, 0) ?? this.#put(piece, earlier.length);
  }

  #put(piece: Buffer, at: number): GhostError | null {
    this.#large?.set(piece, at);
    if (this.bytes > this.#collectAtBytes) {
      this.#collectAtBytes = this.bytes + collectEveryBytes;
      collectYoung();
    }
    const exceeded = this.#extent?.push(piece) ?? null;
    const { bounds } = this.#rules;
    return exceeded === null || bounds === null ? null : exceeds(exceeded, bounds);
  }
}

function sharedMemory(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes));
}

function enlarged(memory: Buffer, usedBytes: number, bytes: number): Buffer {
  const larger = sharedMemory(bytes);
  larger.set(memory.subarray(0, usedBytes));
  return larger;
}

function exceeds(what: keyof JsonBounds, { depth, values }: JsonBounds): GhostError {
  const message =
    what === "depth"
      ? `The JSON of the request body is nested more than ${depth} levels deep.`
      : `The JSON of the request body holds more than ${values} values: send less in one request.`;
  return new GhostError("invalid_request_error", message);
}
