import { HeldPiece, TextPieces } from "./text-pieces.ts";
import type { TextInPieces } from "./text-pieces.ts";

/** What was found in a text. */
export interface FoundText {
  readonly start: number;
  readonly end: number;
  /** What is put in its place; null: it stays. */
  readonly put: string | null;
}

/** Looks at texts on their way for what is not to be told, or not as it is. */
export interface TextWatch {
  /** What is found is never longer than so many characters; of what is, a part may have been told. */
  readonly window: number;
  /** In the order of the text, none within another. */
  find(text: string): readonly FoundText[];
  /** So much has come, of the text that is known by `of`. */
  count(text: string, of: object): void;
  /** It is told now, or would be. */
  note(found: FoundText): void;
  /** Nothing is told any more. */
  readonly isStopped: boolean;
}

/** All of a text. Null where nothing of it is changed. */
export function watched(text: string, watch: TextWatch): string | null {
  let told = "";
  let from = 0;
  for (const found of watch.find(text)) {
    watch.note(found);
    if (found.put === null) continue;
    told += text.slice(from, found.start) + found.put;
    from = found.end;
  }
  return from === 0 && told === "" ? null : told + text.slice(from);
}

/** Looking for every few characters that come costs as much as looking at all that is held. */
const leastStep = 16;

/**
 * A text that comes in pieces, of which the last `window` characters are held: what is found is told only when it is known whole.
 * What was told before is looked at again with what comes, so that nothing is missed where somebody did not wait.
 */
export class WatchedText implements TextInPieces {
  readonly #watch: TextWatch;
  readonly #step: number;
  /** Told already. */
  #before = "";
  #isBeforeCut = false;
  #held = "";
  #unseen = 0;
  readonly #pieces = new TextPieces();

  constructor(watch: TextWatch) {
    this.#watch = watch;
    this.#step = Math.max(leastStep, Math.floor(watch.window / 4));
  }

  add(text: string): HeldPiece {
    const piece = new HeldPiece(text);
    if (text === "") return piece;
    this.#watch.count(text, this);
    this.#pieces.add(piece);
    this.#held += text;
    this.#unseen += text.length;
    if (this.#unseen >= this.#step && this.#held.length > this.#watch.window) this.#look(this.#watch.window);
    return piece;
  }

  close(): void {
    if (this.#held !== "") this.#look(0);
  }

  /** Tells all but so many characters. */
  #look(mostHeld: number): void {
    this.#unseen = 0;
    const known = this.#before.length;
    const text = this.#before + this.#held;
    const found = this.#watch.find(text).filter(({ start, end }) => end > known && !(this.#isBeforeCut && start === 0));
    const end = certainEnd(found, { end: text.length - mostHeld, length: text.length, isLast: mostHeld === 0 });
    let from = known;
    for (const one of found) {
      if (one.start >= end) break;
      this.#watch.note(one);
      if (this.#watch.isStopped) return;
      if (one.put === null) continue;
      this.#pieces.pass(text.slice(from, Math.max(from, one.start)));
      this.#pieces.put(one.put, one.end - Math.max(from, one.start));
      from = Math.max(from, one.end);
    }
    this.#pieces.pass(text.slice(from, Math.max(from, end)));
    this.#keep(text.slice(0, Math.max(from, end)));
    this.#held = text.slice(Math.max(from, end));
  }

  #keep(told: string): void {
    // One more, by which it is seen whether a word begins.
    const most = this.#watch.window + 1;
    this.#isBeforeCut ||= told.length > most;
    this.#before = told.slice(-most);
  }
}

interface Extent {
  readonly end: number;
  readonly length: number;
  readonly isLast: boolean;
}

/** Up to where nothing that comes can change what was found: not within something, nor before what may yet become longer. */
function certainEnd(found: readonly FoundText[], { end, length, isLast }: Extent): number {
  if (isLast) return length;
  for (const one of found) if (one.start < end && one.end > end) return one.end;
  return end;
}
