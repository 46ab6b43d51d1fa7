// What instances on one PostgreSQL tell each other at once: which requests were finished, for open pages, and where there is no Redis for
// that, signals. Called by compose. Invariant: nothing relies on it; what is lost here is found in the database a little later.

import type { ControlLog } from "#control/control-log.ts";
import type { StoredLines } from "#control/ledger/drain-batch.ts";
import type { FinishedRequests } from "#control/live/finished-requests.ts";
import type { Store } from "#control/store/store.ts";
import type { Signal, Signals } from "#link/signals.ts";
import type { InstanceRegistry } from "./registry.ts";

export interface NeighboursOptions {
  readonly store: Pick<Store, "news" | "tellNews" | "usage">;
  readonly registry: Pick<InstanceRegistry, "instance" | "others">;
  readonly finished: FinishedRequests;
  /** Null where something else brings them to the others. */
  readonly signals: Signals | null;
  readonly log: Pick<ControlLog, "warn">;
}

interface Told {
  readonly from: string;
  readonly signal?: Signal;
  /** Of requests, and how many more there were. */
  readonly ids?: readonly string[];
  readonly missed?: number;
}

/** Where answers are kept for all, it is Redis that tells of them. */
const kinds: Readonly<Record<Exclude<Signal["kind"], "answer_kept">, true>> = {
  snapshot_changed: true,
  object_changed: true,
  right_withdrawn: true,
  spend_added: true,
  events_watched: true,
  event_happened: true,
  target_rests: true,
  target_restored: true,
  certificate_changed: true,
  answers_forgotten: true,
};
const names = Object.keys(kinds) as readonly Signal["kind"][];
/** No page shows more of them in half a second. */
const mostIds = 60;

export class Neighbours implements StoredLines {
  readonly #options: NeighboursOptions;
  readonly #relayed = new WeakSet<Signal>();
  readonly #stops: (() => unknown)[] = [];

  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  open(): void {
    const { store, signals } = this.#options;
    if (store.news === null) return;
    this.#stops.push(store.news.listen((text) => this.#hear(text)));
    if (signals === null) return;
    for (const kind of names) this.#stops.push(signals.listen(kind, (signal) => this.#pass(signal)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()));
  }

  get isWanted(): boolean {
    return this.#options.finished.isWanted || this.#isHeard("analytics");
  }

  tell(lines: Buffer): void {
    const { finished } = this.#options;
    if (this.#isHeard("analytics")) this.#say(finishedIn(lines));
    if (finished.isWanted) finished.tell(lines);
  }

  #isHeard(service: string): boolean {
    const { store, registry } = this.#options;
    return store.news !== null && registry.others.some(({ services }) => services.includes(service));
  }

  #pass(signal: Signal): void {
    if (!this.#relayed.has(signal) && this.#options.registry.others.length > 0) this.#say({ signal });
  }

  #say(told: Omit<Told, "from">): void {
    const { store, registry, log } = this.#options;
    const text = JSON.stringify({ from: registry.instance.id, ...told });
    store.tellNews(text).catch((error: unknown) => log.warn({ err: error }, "Other instances could not be told"));
  }

  #hear(text: string): void {
    const { registry, finished } = this.#options;
    const told = readTold(text);
    if (told === null || told.from === registry.instance.id) return;
    if (told.signal !== undefined) void this.#relay(told.signal);
    if (told.ids !== undefined && finished.isWanted) void this.#read(told.ids, told.missed ?? 0);
  }

  async #relay(signal: Signal): Promise<void> {
    const { signals } = this.#options;
    if (signals === null || !names.includes(signal.kind)) return;
    this.#relayed.add(signal);
    await signals.send(signal).catch(() => undefined);
  }

  async #read(ids: readonly string[], missed: number): Promise<void> {
    const { store, finished } = this.#options;
    const records = await store.usage.ofIds(ids).catch(() => []);
    finished.add(records, missed + ids.length - records.length);
  }
}

/** Of this version's making, or of the one beside it: what it does not have is not asked for. */
function readTold(text: string): Told | null {
  try {
    const told: unknown = JSON.parse(text);
    return typeof told === "object" && told !== null && "from" in told ? (told as Told) : null;
  } catch {
    return null;
  }
}

/** Records begin with their ids; other lines are of no requests. */
function finishedIn(lines: Buffer): Pick<Told, "ids" | "missed"> {
  const ids = [...lines.toString("latin1").matchAll(/^\{"id":"([\da-f-]{36})"/gm)].map(([, id]) => id ?? "");
  return { ids: ids.slice(-mostIds), missed: Math.max(0, ids.length - mostIds) };
}
