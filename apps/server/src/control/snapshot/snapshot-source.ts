// Holds the snapshot in force. The gateway reads `current`; the admin plane calls `catchUp` after every change.
// Invariant: a `catchUp` that has resolved reflects all that was stored before it was called.

import { GhostError } from "@ghostllm/contract";
import { builtInPrices } from "@ghostllm/llm";
import type { PriceBook } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { Assembly } from "#domain/snapshot/assembly.ts";
import { isNoChange } from "#domain/snapshot/parts.ts";
import type { SnapshotChange, SnapshotParts } from "#domain/snapshot/parts.ts";
import { differenceOf, namesIn, withoutNamed } from "./difference.ts";
import { readAllParts, readChange } from "./read-parts.ts";
import type { SnapshotSources } from "./read-parts.ts";
import { ChangesInStore } from "./stored-changes.ts";

/** `version`: of the snapshot that the change leads to, one more than that of the one before. */
export type ChangeListener = (change: SnapshotChange, version: number) => Awaitable<void>;

export interface SnapshotSource {
  current(): Snapshot;
  /** What `current` is made of: where another thread begins that makes the same snapshots. */
  parts(): SnapshotParts;
  /** Tells of every change after now, when it is in force here; `catchUp` waits for who is told. Answers how to stop. */
  onChange(listener: ChangeListener): () => void;
  /** Rejects with `service_unavailable` when the store does not answer; the old snapshot stays in force. */
  catchUp(): Promise<void>;
  /** Catches up all the time, since other processes change the store too. */
  startFollowing(): void;
  close(): Promise<void>;
}

export interface SnapshotSourceOptions extends SnapshotSources {
  /** The list of prices in force. */
  readonly prices?: () => PriceBook;
  /** How often the store is asked for what has changed, which costs next to nothing. */
  readonly followMs?: number;
  /** How often all of it is read anew, to see that nothing was missed. */
  readonly checkMs?: number;
  /** Told of every new snapshot when it is in force. */
  readonly onSwap?: (snapshot: Snapshot) => void;
}

/** What is changed at one instance is in force at all within a second, also where no signal arrives. */
const usualFollowMs = 500;
const usualCheckMs = 10 * 60_000;
/** At most this share of the time goes into checks, however large the store is. */
const largestShare = 0.001;
/** Whoever was away for longer reads all anew. */
const changesKeptMs = 60 * 60_000;
const mostTold = 20;

export function createSnapshotSource(options: SnapshotSourceOptions): SnapshotSource {
  return new StoreSnapshots(options);
}

class StoreSnapshots implements SnapshotSource {
  readonly #options: SnapshotSourceOptions;
  readonly #assembly: Assembly;
  readonly #changes: ChangesInStore;
  readonly #listeners = new Set<ChangeListener>();
  #running: Promise<void> | null = null;
  /** Begins when the one that runs has ended. */
  #following: Promise<void> | null = null;
  #checkAt = Infinity;
  #checking: Promise<void> | null = null;
  #isFailing = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SnapshotSourceOptions) {
    this.#options = options;
    this.#assembly = new Assembly(options.definitions);
    this.#changes = new ChangesInStore(options.store);
  }

  current(): Snapshot {
    return this.#assembly.snapshot;
  }

  parts(): SnapshotParts {
    return this.#assembly.parts();
  }

  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async catchUp(): Promise<void> {
    try {
      await this.#options.store.wait(this.#catchUpNow());
    } catch (cause) {
      const message = "The store does not answer, so the change is not in force yet";
      throw new GhostError("service_unavailable", message, { retryAfterSeconds: 5, cause });
    }
  }

  startFollowing(): void {
    if (this.#isClosed) return;
    const { followMs = usualFollowMs } = this.#options;
    this.#timer = setTimeout(() => void this.#follow(), followMs).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.allSettled([this.#running, this.#following, this.#checking]);
  }

  /** One under way may have read the store before the change, so the caller waits for the one after it. */
  #catchUpNow(): Promise<void> {
    if (this.#following !== null) return this.#following;
    if (this.#running === null) return this.#start();
    this.#following = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#following = null;
        return this.#start();
      });
    return this.#following;
  }

  #start(): Promise<void> {
    const takingIn = this.#takeIn().finally(() => {
      if (this.#running === takingIn) this.#running = null;
    });
    this.#running = takingIn;
    return takingIn;
  }

  async #takeIn(): Promise<void> {
    const { named, done } = await this.#changes.read();
    if (named === null) await this.#readAll();
    else await this.#swap(await readChange(this.#options, named));
    done();
    this.#isFailing = false;
  }

  async #readAll(): Promise<void> {
    const startedAt = performance.now();
    await this.#swap(await differenceOf(this.#assembly, await readAllParts(this.#options)));
    this.#planCheck(startedAt);
  }

  #planCheck(startedAt: number): void {
    const now = performance.now();
    const { checkMs = Math.max(usualCheckMs, (now - startedAt) / largestShare) } = this.#options;
    this.#checkAt = now + checkMs;
  }

  /**
   * Reads all anew, while changes are taken in as ever, so that none waits for it. What differs then and was not taken in meanwhile
   * was changed past the triggers of the store.
   */
  async #check(): Promise<void> {
    const meanwhile: SnapshotChange[] = [];
    const stop = this.onChange((change) => void meanwhile.push(change));
    try {
      const stored = await readAllParts(this.#options);
      await this.#catchUpNow();
      const missed = withoutNamed(await differenceOf(this.#assembly, stored), meanwhile);
      if (!isNoChange(missed)) await this.#repair(missed);
    } finally {
      stop();
    }
    await this.#options.store.snapshot.forgetChanges(changesKeptMs);
  }

  async #repair(missed: SnapshotChange): Promise<void> {
    const names = namesIn(missed);
    const told = names.slice(0, mostTold);
    this.#options.log.warn({ missed: names.length, told }, "The store was changed in a way that is not seen at once");
    await this.#swap(missed);
  }

  async #swap(stored: SnapshotChange): Promise<void> {
    const change = { ...stored, ...this.#changedPrices() };
    const previous = this.current();
    if (isNoChange(change) && previous.version > 0) return;
    const { log, onSwap } = this.#options;
    const snapshot = this.#assembly.apply(change, previous.version + 1);
    logUnusable(log, previous, snapshot);
    onSwap?.(snapshot);
    await Promise.all([...this.#listeners].map(async (listener) => listener(change, snapshot.version)));
  }

  #changedPrices(): Pick<SnapshotChange, "prices"> {
    const { prices = builtInPrices } = this.#options;
    const book = prices();
    const list = book === builtInPrices() ? null : book.list;
    return list === this.#assembly.catalogue.list ? {} : { prices: list };
  }

  async #follow(): Promise<void> {
    try {
      await this.#catchUpNow();
      if (performance.now() >= this.#checkAt) this.#startCheck();
    } catch (error) {
      this.#logFailing(error);
    }
    this.startFollowing();
  }

  /** Changes are followed meanwhile. */
  #startCheck(): void {
    this.#checkAt = Infinity;
    const startedAt = performance.now();
    this.#checking = this.#check()
      .catch((error: unknown) => this.#logFailing(error))
      .finally(() => this.#planCheck(startedAt));
  }

  /** Once, until it answers again. */
  #logFailing(error: unknown): void {
    const { log } = this.#options;
    if (!this.#isFailing) log.warn({ err: error }, "The store does not answer: the gateway goes on with what it knows");
    this.#isFailing = true;
  }
}

/** Once when it begins, not at every change. */
function logUnusable(log: SnapshotSources["log"], previous: Snapshot, next: Snapshot): void {
  for (const [provider, reason] of next.unusableProviders) {
    if (previous.unusableProviders.get(provider) === reason) continue;
    log.error({ provider, reason }, "Provider left out: its row cannot be used");
  }
}
