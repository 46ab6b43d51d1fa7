// How many bytes of requests and answers are held at a time: one budget for the server, with a share for each key and each
// address. Called through an exchange. Invariant: whoever holds something has been admitted to it before, and gives it back
// when its connection is done with the answer.

import { GhostError } from "@ghostllm/contract";
import type { Capacity } from "#config/config.ts";
import type { Neighbours, SharedKind } from "#gateway/connections/neighbours.ts";

/** What holds no more than this is counted in all only, and finds room when what is large finds none. */
const smallBytes = 64 * 1024;
/** Of all, kept for what is small: an eighth. */
const keptForSmall = 8;
const retryAfterSeconds = 2;

export type HeldCapacity = Pick<Capacity, "heldBytes" | "heldBytesPerKey" | "heldBytesPerAddress">;

export class HeldBytes {
  readonly capacity: HeldCapacity;
  readonly ofKeys: Shares;
  readonly ofAddresses: Shares;
  readonly #neighbours: Neighbours | null;
  #total = 0;

  constructor(capacity: HeldCapacity, neighbours: Neighbours | null = null) {
    this.capacity = capacity;
    this.#neighbours = neighbours;
    this.ofKeys = new Shares(capacity.heldBytesPerKey, "bytesOfKey", neighbours);
    this.ofAddresses = new Shares(capacity.heldBytesPerAddress, "bytesOfAddress", neighbours);
  }

  /** In this thread. */
  get total(): number {
    return this.#total;
  }

  add(bytes: number): void {
    this.#total += bytes;
    this.#neighbours?.tellHeldBytes(this.#total);
  }

  /** What is alone always fits. */
  hasRoom(bytes: number, isSmall: boolean): boolean {
    const { heldBytes } = this.capacity;
    const limit = isSmall ? heldBytes : heldBytes - heldBytes / keptForSmall;
    const total = this.#total + (this.#neighbours?.heldBytes ?? 0);
    return total + bytes <= limit || total === 0;
  }
}

class Shares {
  readonly limit: number;
  readonly #kind: SharedKind;
  readonly #neighbours: Neighbours | null;
  readonly #held = new Map<string, number>();

  constructor(limit: number, kind: SharedKind, neighbours: Neighbours | null) {
    this.limit = limit;
    this.#kind = kind;
    this.#neighbours = neighbours;
  }

  hasRoom(name: string, bytes: number): boolean {
    const held = (this.#held.get(name) ?? 0) + (this.#neighbours?.shareElsewhere(this.#kind, name) ?? 0);
    return held + bytes <= this.limit || held === 0;
  }

  add(name: string, bytes: number): void {
    const held = (this.#held.get(name) ?? 0) + bytes;
    if (held > 0) this.#held.set(name, held);
    else this.#held.delete(name);
    this.#neighbours?.tellShare(this.#kind, name, bytes);
  }
}

/** What one request holds. */
export class Hold {
  readonly #all: HeldBytes;
  readonly #address: () => string;
  /** Known when what is held becomes large. */
  #shares: { readonly address: string; readonly key: string | null } | null = null;
  #bytes = 0;
  #isReleased = false;
  /** Of the caller, where one is known. */
  key: string | null = null;

  constructor(all: HeldBytes, address: () => string) {
    this.#all = all;
    this.#address = address;
  }

  /** Takes so many bytes more. Answers why there is no room for them, with nothing taken, or null. */
  grow(bytes: number): GhostError | null {
    if (this.#isReleased) return null;
    const isSmall = this.#bytes + bytes <= smallBytes;
    if (!this.#all.hasRoom(bytes, isSmall)) return noRoom();
    if (!isSmall) {
      const refusal = this.#growShares(bytes);
      if (refusal !== null) return refusal;
    }
    this.#all.add(bytes);
    this.#bytes += bytes;
    return null;
  }

  /** Holds so many bytes from now on, as far as there is room for more. */
  become(bytes: number): GhostError | null {
    if (this.#isReleased) return null;
    if (bytes > this.#bytes) return this.grow(bytes - this.#bytes);
    this.#give(this.#bytes - bytes);
    return null;
  }

  /** The same, but throws what `become` answers. */
  require(bytes: number): void {
    const refusal = this.become(bytes);
    if (refusal !== null) throw refusal;
  }

  /** For good: what comes afterwards is nobody's. */
  release(): void {
    this.#give(this.#bytes);
    this.#isReleased = true;
  }

  #growShares(bytes: number): GhostError | null {
    const { ofKeys, ofAddresses } = this.#all;
    const shares = this.#shares ?? { address: this.#address(), key: this.key };
    // What was small until now was not counted there.
    const added = this.#shares === null ? this.#bytes + bytes : bytes;
    const { address, key } = shares;
    if (key !== null && !ofKeys.hasRoom(key, added)) return shareIsUsedUp("API key", ofKeys.limit);
    if (!ofAddresses.hasRoom(address, added)) return shareIsUsedUp("address", ofAddresses.limit);
    this.#shares = shares;
    if (key !== null) ofKeys.add(key, added);
    ofAddresses.add(address, added);
    return null;
  }

  #give(bytes: number): void {
    this.#bytes -= bytes;
    this.#all.add(-bytes);
    if (this.#shares === null) return;
    const { address, key } = this.#shares;
    if (key !== null) this.#all.ofKeys.add(key, -bytes);
    this.#all.ofAddresses.add(address, -bytes);
  }
}

export function isForWantOfRoom({ cause }: GhostError): boolean {
  return cause === wantOfRoom;
}

const wantOfRoom = Symbol("want of room");

function noRoom(): GhostError {
  const message =
    "GhostLLM holds as many bytes of requests and answers as it may (limits.held_bytes). Send the request again in a moment.";
  return new GhostError("service_unavailable", message, { retryAfterSeconds, cause: wantOfRoom });
}

function shareIsUsedUp(whose: string, limit: number): GhostError {
  const message = `The requests of this ${whose} that are running hold as many bytes as they may (${limit}). Send this one again when some of them have ended.`;
  return new GhostError("rate_limit_exceeded", message, { retryAfterSeconds, cause: wantOfRoom });
}
