// Where what lies in the shared memory. Cells of 32 bits, which are read without the lock, come first; then words, numbers of 64
// bits, which belong to whoever holds the lock. Whoever has the memory knows the layout: the first words tell the sizes.

import { mostEntries } from "#link/window-rules.ts";

export interface SharedSize {
  /** Of threads that count: the workers, and the main thread as the last one. */
  readonly seats: number;
  /** Scopes that have spent something, or are in use. */
  readonly scopes: number;
  /** Of them, those that have requests running. */
  readonly activeScopes: number;
  /** How many rings there are of each of the `ringCapacities`. */
  readonly rings: readonly number[];
}

/** Entries of a window. One begins with the smallest ring that holds them. */
export const ringCapacities = [8, 64, mostEntries] as const;

/**
 * Memory that nobody has touched takes no place, so that there is room for more than anybody is likely to need. Systems refuse
 * to promise more than they have, though: of 800 MB of them all, as much as fits into `mostBytes`.
 */
export function usualSize(seats: number, mostBytes: number): SharedSize {
  for (let part = 1; ; part /= 2) {
    const counts = { scopes: 2 ** 20 * part, activeScopes: 2 ** 18 * part };
    const size = { seats, ...counts, rings: [2 ** 19 * part, 2 ** 17 * part, 2 ** 16 * part] };
    if (part <= leastPart || bytesOf(layoutOf(size)) <= mostBytes) return size;
  }
}
const leastPart = 1 / 64;

/** Places of equal size in the words, and where the state of their pool is. */
export interface Region {
  readonly start: number;
  readonly unitWords: number;
  readonly count: number;
  readonly stateAt: number;
}

export interface Layout {
  readonly seats: number;
  readonly logStart: number;
  readonly logEntries: number;
  readonly bucketsStart: number;
  /** A power of two. */
  readonly bucketCount: number;
  readonly slots: Region;
  readonly columns: Region;
  readonly rings: readonly Region[];
  readonly words: number;
}

const mostSeats = 255;
export const lockCell = 0;
/** Beside the lock nothing is written that others read all the time. */
export const seatCells = 16;
export const cellsPerSeat = 4;
const wordsFromByte = 8192;

/** The words at the beginning. */
export const logLengthAt = 0;
export const owedSweepsAt = 1;
export const lastFullSweepAt = 2;
export const lastBirthAt = 3;
const sizesAt = 8;
const poolStatesAt = 16;
const poolStateWords = 3;
/** As long as a slot, and always 0: what is known of a scope that nobody has used. */
export const nothingAt = 32;
const headerWords = 80;

/** Of a slot: what it says before the id, and the id. */
export const slotHeaderWords = 26;
export const idUnits = 40;
const slotWords = slotHeaderWords + (idUnits * Uint16Array.BYTES_PER_ELEMENT) / Float64Array.BYTES_PER_ELEMENT;

export const columnHeaderWords = 3;
export const wordsPerColumn = 2;

export const ringHeaderWords = 2;

/** One decision writes less: of each of its scopes a window is moved by an entry, or into a larger ring. */
const mostScopesOfRequest = 96;
const logEntriesPerScope = 6 * (ringCapacities.at(-1) ?? 0);

function layoutOf({ seats, scopes, activeScopes, rings }: SharedSize): Layout {
  if (seats > mostSeats) throw new Error(`there are ${mostSeats} seats at most`);
  const logEntries = mostScopesOfRequest * logEntriesPerScope;
  const bucketCount = 2 ** Math.ceil(Math.log2(scopes * 2));
  let end = headerWords;
  let stateAt = poolStatesAt;
  const take = (words: number): number => (end += words) - words;
  const region = (unitWords: number, count: number): Region => {
    return { start: take(unitWords * count), unitWords, count, stateAt: (stateAt += poolStateWords) - poolStateWords };
  };
  return {
    seats,
    logStart: take(2 * logEntries),
    logEntries,
    bucketsStart: take(bucketCount),
    bucketCount,
    slots: region(slotWords, scopes),
    columns: region(columnHeaderWords + wordsPerColumn * seats, activeScopes),
    rings: ringCapacities.map((capacity, index) => region(ringHeaderWords + 2 * capacity, rings[index] ?? 0)),
    words: end,
  };
}

export function createSharedMemory(size: SharedSize): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytesOf(layoutOf(size)));
  wordsOf(memory).set([size.seats, size.scopes, size.activeScopes, ...size.rings], sizesAt);
  return memory;
}

function bytesOf({ words }: Layout): number {
  return wordsFromByte + words * Float64Array.BYTES_PER_ELEMENT;
}

export function readLayout(memory: SharedArrayBuffer): Layout {
  const [seats = 0, scopes = 0, activeScopes = 0, ...rings] = wordsOf(memory).slice(sizesAt, sizesAt + 6);
  return layoutOf({ seats, scopes, activeScopes, rings });
}

export function cellsOf(memory: SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, 0, wordsFromByte / Int32Array.BYTES_PER_ELEMENT);
}

export function wordsOf(memory: SharedArrayBuffer): Float64Array {
  return new Float64Array(memory, wordsFromByte);
}

/** The same memory as the words, for the texts of ids. */
export function textUnitsOf(memory: SharedArrayBuffer): Uint16Array {
  return new Uint16Array(memory, wordsFromByte);
}
