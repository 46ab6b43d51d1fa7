// Stores the texts of requests: sealed, several in one transaction. Called by gateways through link/contents.ts. It is the best that can be
// done, and no more: what a process that is killed has not stored, and what a database that is away for too long cannot take, is lost.

import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "#control/store/store.ts";
import type { RequestContent } from "#link/contents.ts";
import type { Events } from "#telemetry/events.ts";
import type { ContentKeys } from "./content-keys.ts";
import { sealContent } from "./sealed-content.ts";

interface ContentWriterOptions {
  readonly store: Pick<Store, "contents">;
  readonly keys: Pick<ContentKeys, "current">;
  readonly events: Pick<Events, "contentsStored" | "contentsLost">;
}

interface Waiting {
  readonly content: RequestContent;
  readonly since: number;
  readonly done: () => void;
}

/** Until then more may come that can be stored with it. */
const gatherMs = 100;
const mostAtOnce = 50;
const pauseMs = 1_000;
/** After so long without the database it makes room for what comes. */
const patienceMs = 60_000;

export class ContentWriter {
  readonly #options: ContentWriterOptions;
  readonly #waiting: Waiting[] = [];
  readonly #stopping = new AbortController();
  #run: Promise<void> | null = null;

  constructor(options: ContentWriterOptions) {
    this.#options = options;
  }

  /** Resolves when it is stored, or given up. */
  store(content: RequestContent): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ content, since: performance.now(), done });
      this.#run ??= this.#work();
    });
  }

  /** What still waits is tried once. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  async #work(): Promise<void> {
    await this.#rest(gatherMs);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, mostAtOnce);
      if (await this.#storeAll(batch)) {
        this.#options.events.contentsStored(batch.length);
        for (const { done } of batch) done();
      } else await this.#putOff(batch);
    }
    this.#run = null;
  }

  async #storeAll(batch: readonly Waiting[]): Promise<boolean> {
    const { store, keys } = this.#options;
    try {
      const key = await keys.current();
      await store.contents.add(await Promise.all(batch.map(({ content }) => sealContent(content, key))));
      return true;
    } catch (error) {
      const isLast = this.#stopping.signal.aborted;
      const lost = batch.filter(({ since }) => isLast || performance.now() - since > patienceMs);
      if (lost.length > 0) this.#options.events.contentsLost(lost.length, error);
      return false;
    }
  }

  async #putOff(batch: readonly Waiting[]): Promise<void> {
    const isLast = this.#stopping.signal.aborted;
    const kept = batch.filter(({ since }) => !isLast && performance.now() - since <= patienceMs);
    for (const one of batch) if (!kept.includes(one)) one.done();
    this.#waiting.unshift(...kept);
    await this.#rest(pauseMs);
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }
}
