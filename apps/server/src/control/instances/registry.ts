// Says in the database that this instance is there, and knows which others are. Called by compose/books.ts. Invariant: one that has
// ended is taken for alive for some seconds at most; nothing that must be exact relies on it.

import type { Instance, SeenInstance } from "#control/store/instances.ts";
import type { Store } from "#control/store/store.ts";

const usualBeatMs = 5_000;
/** Beats that may be missed. */
const patience = 3;
const forgottenAfterMs = 24 * 3_600_000;
const beatsBetweenTidying = 100;

export interface RegistryOptions {
  readonly store: Pick<Store, "instances">;
  readonly instance: Omit<Instance, "declaredDigest">;
  readonly beatMs?: number;
}

export class InstanceRegistry {
  readonly #options: RegistryOptions;
  readonly #beatMs: number;
  #all: readonly SeenInstance[] = [];
  #beats = 0;
  #declaredDigest: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | null = null;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#beatMs = options.beatMs ?? usualBeatMs;
  }

  get instance(): Instance {
    return { ...this.#options.instance, declaredDigest: this.#declaredDigest };
  }

  /** As they were at the last beat. */
  get others(): readonly SeenInstance[] {
    return this.#all.filter((one) => one.id !== this.instance.id && this.isAlive(one));
  }

  /** Says what its configuration file declares, and resolves when it is known what those of others do. */
  async declare(digest: string | null): Promise<void> {
    this.#declaredDigest = digest;
    await this.#beat();
  }

  isAlive({ silentMs }: SeenInstance): boolean {
    return silentMs < patience * this.#beatMs;
  }

  async open(): Promise<void> {
    await this.#beat();
    this.#timer = setInterval(() => {
      this.#beating ??= this.#beat()
        .catch(() => undefined)
        .finally(() => (this.#beating = null));
    }, this.#beatMs).unref();
  }

  list(): Promise<readonly SeenInstance[]> {
    return this.#options.store.instances.list();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    // Where the database is away it is soon taken for gone.
    await this.#options.store.instances.remove(this.instance.id).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const { store } = this.#options;
    const { instance } = this;
    if (this.#beats % beatsBetweenTidying === 0) await store.instances.tidy(instance, forgottenAfterMs);
    this.#beats += 1;
    await store.instances.beat(instance);
    this.#all = await store.instances.list();
  }
}
