import { hash as digest } from "node:crypto";
import { scopeKinds, ScopeMap } from "#domain/access/scope.ts";
import type { Counted, ScopeKind } from "#domain/access/scope.ts";
import type { GuardedWords } from "./guarded-words.ts";
import { idUnits, lastBirthAt, slotHeaderWords } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { Pool } from "./pool.ts";

/** What a slot holds before its id. The first word is the hash and one, so that it is above 0. */
const hashAt = 0;
const keyAt = 1;
/** Differs between all scopes that ever had this slot; 0 while none has it. */
const birthAt = 2;
export const spentAt = 3;
export const columnsAt = 4;
/** 0: a minute. */
export const windowMsAt = 5;
/** Windows, of six words each. */
export const requestsAt = 6;
export const tokensAt = 12;
export const costsAt = 18;
/** 0: never. */
export const lapsesAtAt = 24;

const kindCodes = new Map<ScopeKind, number>(scopeKinds.map((kind, index) => [kind, index]));
const isDigest = 1;
const isPeriod = 2;

/** Kept free for charges of requests that end late: money is never forgotten for want of room. */
const spareParts = 64;

/** Where a scope was found last. It is there still if the slot was not born again. */
interface Hint {
  readonly slot: number;
  readonly birth: number;
}

const mostHints = 50_000;

/** Slots by scope: a hash table with open addressing, whose buckets lead to the slots. 0 is no slot. */
export class ScopeTable {
  readonly #words: GuardedWords;
  readonly #text: Uint16Array;
  readonly #pool: Pool;
  readonly #start: number;
  readonly #mask: number;
  #hints = new ScopeMap<Hint>();
  #hintCount = 0;

  constructor(words: GuardedWords, text: Uint16Array, layout: Layout) {
    this.#words = words;
    this.#text = text;
    this.#pool = new Pool(words, layout.slots);
    this.#start = layout.bucketsStart;
    this.#mask = layout.bucketCount - 1;
  }

  find(scope: Counted): number {
    const hint = this.#hints.get(scope);
    if (hint !== undefined && this.#words.get(hint.slot + birthAt) === hint.birth) return hint.slot;
    const slot = this.#search(scope);
    if (slot !== 0) this.#remember(scope, slot);
    return slot;
  }

  /** 0 where there is no room. What was spent finds room where new requests find none. */
  create(scope: Counted, isForSpent = false): number {
    const slot = this.#pool.take(isForSpent ? 0 : Math.ceil(this.#pool.region.count / spareParts));
    if (slot === 0) return 0;
    const name = nameOf(scope);
    const [text, key] = [textOf(name), keyOf(scope, name)];
    const hash = hashOf(text, key);
    // Nobody reads the text of a slot that is not in use, and none is given back and taken in one change.
    const unit = unitOf(slot);
    for (let index = 0; index < text.length; index += 1) this.#text[unit + index] = text.charCodeAt(index);
    this.#words.set(slot + hashAt, hash + 1);
    this.#words.set(slot + keyAt, key);
    this.#words.set(slot + birthAt, this.#words.next(lastBirthAt));
    for (let at = slot + spentAt; at < slot + slotHeaderWords; at += 1) this.#words.set(at, 0);
    let bucket = hash & this.#mask;
    while (this.#words.get(this.#start + bucket) !== 0) bucket = (bucket + 1) & this.#mask;
    this.#words.set(this.#start + bucket, slot);
    return slot;
  }

  /** The last act of a change. */
  remove(slot: number): void {
    let hole = this.#homeOf(slot);
    while (this.#words.get(this.#start + hole) !== slot) hole = (hole + 1) & this.#mask;
    for (let bucket = (hole + 1) & this.#mask; ; bucket = (bucket + 1) & this.#mask) {
      const other = this.#words.get(this.#start + bucket);
      if (other === 0) break;
      // Whoever is to be found from the hole on, or from before it, moves up.
      const distance = (bucket - this.#homeOf(other)) & this.#mask;
      if (distance < ((bucket - hole) & this.#mask)) continue;
      this.#words.set(this.#start + hole, other);
      hole = bucket;
    }
    this.#words.set(this.#start + hole, 0);
    this.#words.set(slot + birthAt, 0);
    this.#pool.give(slot);
  }

  isInUse(slot: number): boolean {
    return this.#pool.isInUse(slot);
  }

  #search(scope: Counted): number {
    const name = nameOf(scope);
    const [text, key] = [textOf(name), keyOf(scope, name)];
    const hash = hashOf(text, key);
    for (let bucket = hash & this.#mask; ; bucket = (bucket + 1) & this.#mask) {
      const slot = this.#words.get(this.#start + bucket);
      if (slot === 0 || this.#holds(slot, hash, key, text)) return slot;
    }
  }

  #remember(scope: Counted, slot: number): void {
    if (this.#hintCount >= mostHints) {
      this.#hints = new ScopeMap();
      this.#hintCount = 0;
    }
    this.#hintCount += 1;
    this.#hints.set(scope, { slot, birth: this.#words.get(slot + birthAt) });
  }

  /** Slots that have ever been in use, by their index; 0 where this one is not. */
  slotAt(index: number): number {
    const slot = this.#pool.unitAt(index);
    return this.#pool.isInUse(slot) ? slot : 0;
  }

  get touched(): number {
    return this.#pool.touched;
  }

  #homeOf(slot: number): number {
    return (this.#words.get(slot + hashAt) - 1) & this.#mask;
  }

  #holds(slot: number, hash: number, key: number, text: string): boolean {
    if (this.#words.get(slot + hashAt) !== hash + 1 || this.#words.get(slot + keyAt) !== key) return false;
    const unit = unitOf(slot);
    for (let index = 0; index < text.length; index += 1) {
      if (this.#text[unit + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }
}

const unitsPerWord = Float64Array.BYTES_PER_ELEMENT / Uint16Array.BYTES_PER_ELEMENT;
const unitOf = (slot: number): number => (slot + slotHeaderWords) * unitsPerWord;

/** Ids are UUIDs as a rule. A longer one is told by so much of its digest that no other has the same. */
function textOf(name: string): string {
  return name.length <= idUnits ? name : digest("sha256", name, "base64url").slice(0, idUnits);
}

function nameOf({ id, period }: Counted): string {
  return period === undefined ? id : `${id} ${period}`;
}

/** Kind and length; neither a digest nor a period's name is the id that reads the same. */
function keyOf({ kind, period }: Counted, name: string): number {
  const code = ((kindCodes.get(kind) ?? 0) * 64 + Math.min(name.length, idUnits)) * 4;
  return code + (period === undefined ? 0 : isPeriod) + (name.length <= idUnits ? 0 : isDigest);
}

/** FNV-1a, stirred at the end. Ids are not chosen by those whom they name. */
function hashOf(text: string, key: number): number {
  let hash = 0x811c9dc5 ^ key;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
