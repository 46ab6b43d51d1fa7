// Looks whether files of the configuration have changed. Names are followed and not open files: editors and Kubernetes put another file,
// or another directory behind a link, in the place of the old one. Called by running-configuration.ts.

import { stat } from "node:fs/promises";
import type { LoadedConfig } from "#config/load.ts";
import { hasChanged } from "#config/remote.ts";
import { isUrl } from "#config/sources.ts";

interface FollowedOptions {
  /** As it was read last. */
  readonly read: () => Pick<LoadedConfig, "files" | "config" | "sources">;
  readonly onChange: () => Promise<void>;
}

const lookEveryMs = 1_000;

export class FollowedFiles {
  readonly #options: FollowedOptions;
  readonly #timer: NodeJS.Timeout;
  #known: string | null = null;
  /** Whoever is writing still is waited for. */
  #pending: string | null = null;
  #askAt = 0;
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;

  constructor(options: FollowedOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      if (this.#isLooking) return;
      this.#isLooking = true;
      this.#looking = this.#look().finally(() => (this.#isLooking = false));
    }, lookEveryMs).unref();
    this.#looking = this.#remember();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking.catch(() => undefined);
  }

  async #remember(): Promise<void> {
    this.#known = await stateOf(this.#options.read().files);
    this.#askAt = performance.now() + this.#options.read().config.configuration.pollMs;
  }

  async #look(): Promise<void> {
    const { files } = this.#options.read();
    const state = await stateOf(files);
    const isOther = state !== this.#known && state === this.#pending;
    this.#pending = state;
    if (!isOther && !(await this.#isOtherElsewhere())) return;
    // As it was before it is read: what is written meanwhile is another change.
    this.#known = state;
    await this.#options.onChange();
    const { files: others } = this.#options.read();
    if (others.join() !== files.join()) this.#known = await stateOf(others);
  }

  async #isOtherElsewhere(): Promise<boolean> {
    const { sources, config } = this.#options.read();
    if (performance.now() < this.#askAt) return false;
    this.#askAt = performance.now() + config.configuration.pollMs;
    return hasChanged(sources).catch(() => false);
  }
}

/** Of all files: which they are, and when they were written last. */
async function stateOf(files: readonly string[]): Promise<string> {
  const states = files
    .filter((file) => !isUrl(file))
    .map(async (file) => {
      const found = await stat(file).catch(() => null);
      return found === null ? `${file} -` : `${file} ${found.dev}:${found.ino}:${found.size}:${found.mtimeMs}`;
    });
  return (await Promise.all(states)).join("\n");
}
