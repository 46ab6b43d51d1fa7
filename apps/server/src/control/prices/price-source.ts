// The list of prices in force: the one that comes with GhostLLM, or one that an operator names as a file or a URL.
// Called by compose/control.ts and the resource `prices`. Invariant: a list is checked whole before it is used; while there is no good
// one at the source, the last good one stays in force, also through a restart. It is kept in the database: one instance reads the
// source again (under a lease), and the others follow it.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { GhostError } from "@ghostllm/contract";
import { builtInPrices, PriceBook, PriceListError, readPriceList } from "@ghostllm/llm";
import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { repeating } from "#control/leases/repeating.ts";
import type { Store } from "#control/store/store.ts";
import { shownUrl } from "#domain/shown-url.ts";

export interface PriceState {
  readonly version: string;
  /** Null: the list that comes with GhostLLM, and no other is configured. */
  readonly source: string | null;
  readonly isBuiltIn: boolean;
  readonly modelCount: number;
  /** Epoch ms at which the list in force was read from its source; null for the built-in one. */
  readonly loadedAt: number | null;
  readonly checkedAt: number | null;
  /** Why the source's present list is not in force. */
  readonly problem: string | null;
}

export interface PriceSource {
  current(): PriceBook;
  state(): PriceState;
  /** Rejects with a GhostError that says why the list at the source is not taken. */
  refresh(): Promise<PriceState>;
}

export interface PriceSourceOptions {
  /** A file, or an http or https URL; null for the built-in list. */
  readonly source: string | null;
  readonly refreshMs: number;
  readonly settings: Pick<Store["settings"], "get" | "set">;
  /** Answers parsed JSON, undefined where it is none. Rejects where the URL cannot be read. */
  readonly readUrl: (url: string) => Promise<unknown>;
  readonly now: () => number;
  readonly log: ControlLog;
}

interface Loaded {
  readonly book: PriceBook;
  readonly loadedAt: number;
}

interface Kept {
  readonly source: string;
  readonly version: string;
  readonly loadedAt: number;
  readonly list: unknown;
}

const listName = "price_list";
const versionName = "price_list_version";
const followMs = 5_000;

export class PriceListSource implements PriceSource {
  readonly #options: PriceSourceOptions;
  #loaded: Loaded | null = null;
  #problem: string | null = null;
  #checkedAt: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Of the list in the database, as it was seen last. */
  #keptVersion: string | undefined;
  /** Told when another list is in force. */
  onChange: () => Promise<void> = () => Promise.resolve();

  constructor(options: PriceSourceOptions) {
    this.#options = options;
  }

  current(): PriceBook {
    return this.#loaded?.book ?? builtInPrices();
  }

  state(): PriceState {
    const { version, modelCount } = this.current();
    const { source } = this.#options;
    return {
      version,
      modelCount,
      source: source === null ? null : shownUrl(source),
      isBuiltIn: this.#loaded === null,
      loadedAt: this.#loaded?.loadedAt ?? null,
      checkedAt: this.#checkedAt,
      problem: this.#problem,
    };
  }

  /** What was kept of an earlier run, then what is at the source now. Never rejects. */
  async open(): Promise<void> {
    if (this.#options.source === null) return;
    await this.#restore();
    await this.refresh().catch(() => undefined);
  }

  async refresh(): Promise<PriceState> {
    const { source, now, log } = this.#options;
    if (source === null) {
      const message =
        "No other list of prices is configured: set prices.source (GHOSTLLM_PRICES_SOURCE) to a file or a URL.";
      throw new GhostError("invalid_request_error", message);
    }
    this.#checkedAt = now();
    try {
      await this.#load(source);
      this.#problem = null;
    } catch (error) {
      this.#problem = describe(source, error);
      log.warn({ source: shownUrl(source), reason: this.#problem }, "The list of prices at the source is not taken");
      throw new GhostError("provider_error", `${this.#problem} ${this.current().version} stays in force.`);
    }
    return this.state();
  }

  /** Reads the source again from time to time, for all instances, until the lease is lost. */
  refreshUnder(held: Held): Promise<void> {
    const { refreshMs } = this.#options;
    const once = async (): Promise<void> => {
      await this.refresh().catch(() => undefined);
    };
    return repeating({ everyMs: refreshMs, firstMs: refreshMs }, once)(held);
  }

  /** Puts in force what another instance has read. */
  startFollowing(everyMs = followMs): void {
    if (this.#options.source === null) return;
    const follow = (): void => void this.follow().catch(() => undefined);
    this.#timer = setInterval(follow, everyMs).unref();
  }

  async follow(): Promise<void> {
    const { settings } = this.#options;
    const version = await settings.get(versionName);
    if (version === undefined || version === this.#keptVersion) return;
    const before = this.current().version;
    await this.#restore();
    this.#keptVersion = version;
    if (this.current().version !== before) await this.#tell();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #load(source: string): Promise<void> {
    const { now, readUrl } = this.#options;
    const list = isUrl(source) ? await readUrl(source) : parse(await readFile(source, "utf8"));
    if (list === undefined) throw new PriceListError("it is no JSON");
    const loaded = { book: toBook(list, versionOf(source, list)), loadedAt: now() };
    const isNew = loaded.book.version !== this.current().version;
    await this.#keep({ source, version: loaded.book.version, loadedAt: loaded.loadedAt, list });
    this.#loaded = loaded;
    if (isNew) await this.#tell();
  }

  async #tell(): Promise<void> {
    const { source, log } = this.#options;
    const { version, modelCount: models } = this.current();
    log.info({ source: source && shownUrl(source), version, models }, "Another list of prices is in force");
    await this.onChange();
  }

  /** The list before its version, by which others see that there is another one. */
  async #keep(kept: Kept): Promise<void> {
    const { settings } = this.#options;
    const version = `${kept.version} ${kept.loadedAt} ${kept.source}`;
    await settings.set(listName, JSON.stringify(kept));
    await settings.set(versionName, version);
    this.#keptVersion = version;
  }

  async #restore(): Promise<void> {
    const { source, settings, log } = this.#options;
    try {
      const kept = readKept(parse((await settings.get(listName)) ?? "null"));
      if (kept === null || kept.source !== source) return;
      this.#loaded = { book: toBook(kept.list, kept.version), loadedAt: kept.loadedAt };
    } catch (error) {
      log.warn({ err: error }, "The list of prices that was kept cannot be read");
    }
  }
}

/** Vendors that it does not name keep the prices that come with GhostLLM. */
function toBook(list: unknown, version: string): PriceBook {
  return new PriceBook(readPriceList(list, version), builtInPrices().list);
}

/** By its content, where the list does not say its own: the same list has the same version. */
function versionOf(source: string, list: unknown): string {
  const path = isUrl(source) ? source.split(/[?#]/, 1)[0] : source;
  const name = path?.split(/[/\\?#]/).findLast((part) => part !== "") ?? "prices";
  const hash = createHash("sha256").update(JSON.stringify(list)).digest("hex").slice(0, 12);
  return `${name.slice(0, 60)}@${hash}`;
}

function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readKept(value: unknown): Kept | null {
  if (typeof value !== "object" || value === null) return null;
  const { source, version, loadedAt, list } = value as Partial<Record<keyof Kept, unknown>>;
  if (typeof source !== "string" || typeof version !== "string" || typeof loadedAt !== "number") return null;
  return { source, version, loadedAt, list };
}

function describe(from: string, error: unknown): string {
  const source = shownUrl(from);
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof PriceListError
    ? `The list of prices at ${source} is refused: ${reason}.`
    : `The list of prices at ${source} cannot be read: ${reason}.`;
}
