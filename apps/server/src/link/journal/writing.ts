// How far a journal is written, in memory that threads share: its writer is in one of them, and whoever reads it in another.
// Called by journal-writer's and followed-journal's openers. Invariant: what it tells is with the kernel already.

import { newSegment, type Segment } from "./segments.ts";

/** So many of the last segments are told of; a reader looks some times in a second, and in that time nobody fills as many. */
const toldSegments = 64;
const fields = { current: 0, rotateFrom: 1, isHealthy: 2, count: 3 } as const;
const headBytes = 16;

/** What is posted to the writer's thread. */
export type WritingMemory = SharedArrayBuffer;

export function createWritingMemory(): WritingMemory {
  return new SharedArrayBuffer(headBytes + toldSegments * 2 * Int32Array.BYTES_PER_ELEMENT);
}

export class Writing {
  readonly #head: Int32Array;
  /** Bytes and records of each segment, at the place of its number. */
  readonly #sizes: Int32Array;

  constructor(memory: WritingMemory) {
    this.#head = new Int32Array(memory, 0, fields.count);
    this.#sizes = new Int32Array(memory, headBytes);
  }

  /** The newest segment's number; 0 before the first. */
  get current(): number {
    return Atomics.load(this.#head, fields.current);
  }

  get isHealthy(): boolean {
    return Atomics.load(this.#head, fields.isHealthy) === 1;
  }

  set isHealthy(isHealthy: boolean) {
    Atomics.store(this.#head, fields.isHealthy, isHealthy ? 1 : 0);
  }

  begin({ number }: Segment): void {
    this.#write(number, 0, 0);
    Atomics.store(this.#head, fields.current, number);
  }

  tell({ number, bytes, records }: Segment): void {
    this.#write(number, bytes, records);
  }

  /** Brings a segment up to date. Records are told before bytes, so that no reader finds bytes without their records. */
  refresh(segment: Segment): void {
    const place = placeOf(segment.number);
    segment.bytes = Math.max(segment.bytes, Atomics.load(this.#sizes, place));
    segment.records = Math.max(segment.records, Atomics.load(this.#sizes, place + 1));
  }

  /** The reader has stored all of it: it is worth a new file. */
  askToRotate(number: number): void {
    Atomics.store(this.#head, fields.rotateFrom, number);
  }

  /** Whether the newest segment is the one that is to be replaced. */
  get isToRotate(): boolean {
    return Atomics.load(this.#head, fields.rotateFrom) === this.current;
  }

  /** Segments behind `number`, oldest first. */
  segmentsBehind(number: number, directory: string): readonly Segment[] {
    const count = Math.max(0, this.current - number);
    return Array.from({ length: count }, (_, index) => newSegment(directory, number + 1 + index));
  }

  #write(number: number, bytes: number, records: number): void {
    const place = placeOf(number);
    Atomics.store(this.#sizes, place + 1, records);
    Atomics.store(this.#sizes, place, bytes);
  }
}

function placeOf(number: number): number {
  return (number % toldSegments) * 2;
}
