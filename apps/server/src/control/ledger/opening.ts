// What is known when the server starts: what every key and user has spent, and whose the objects are that vendors keep. It
// is what the database says, and what the journals hold beyond it. Called by compose/books.ts before the ledger drains.
// Invariant: no budget begins without what was answered, however long it takes until that is stored.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import type { Store } from "#control/store/store.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Scope } from "#domain/access/scope.ts";
import { longestReachMs } from "#domain/budgets/periods.ts";
import { chargesOf } from "#domain/usage-record.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { JournalBatch, JournalSource } from "#link/journal/journal.ts";
import type { CountedBefore, Opening, WindowScope } from "#link/opening.ts";
import { maxObjects, type OwnedObject } from "#link/owners.ts";
import { drainBatch, type DrainDeps } from "./drain-batch.ts";
import { readPending } from "./pending-batches.ts";

interface OpeningDeps extends Omit<DrainDeps, "journal"> {
  /** Of the main thread, and of workers, those of earlier processes as well. */
  readonly journals: readonly JournalSource[];
  readonly store: Pick<Store, "usage" | "storedObjects" | "spend" | "windows">;
  readonly log: ControlLog;
  /** Epoch ms. */
  readonly now: () => number;
}

const batchLines = 500;
const pageScopes = 500;
const patienceMs = 30_000;
const pauseMs = 500;

/** Reads the journals once, and stores no more of it than it has to. */
export async function readOpening(deps: OpeningDeps): Promise<Opening> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      for (const journal of deps.journals) await passStored({ ...deps, journal });
      return await addPending(deps, await readStored(deps));
    } catch (error) {
      if (performance.now() > deadline) throw error;
      deps.events.drainFailed(error);
      await sleep(pauseMs);
    }
  }
}

/**
 * The last process may have stored records without having noted it. They are stored in order, so behind the first record
 * that is new all others are.
 */
async function passStored(deps: DrainDeps): Promise<void> {
  let batch = await deps.journal.readLines(batchLines);
  while (batch.position !== null && (await drainBatch(deps, batch)) === 0)
    batch = await deps.journal.readLines(batchLines);
}

interface Sums {
  readonly windows: ScopeMap<readonly WindowScope[]>;
  readonly counted: CountedBefore[];
  readonly spent: ScopeMap<number>;
  readonly unstored: ScopeMap<number>;
  readonly objects: OwnedObject[];
}

async function readStored({ store, now }: OpeningDeps): Promise<Sums> {
  const scopes = await store.windows.scopes();
  return {
    windows: new ScopeMap([...Map.groupBy(scopes, nameOf).values()].map((all) => [scopeOf(all), all])),
    counted: [...(await store.windows.counted(scopes, now()))],
    spent: await readSpend(store, new Date(now() - longestReachMs).toISOString().slice(0, 10)),
    unstored: new ScopeMap(),
    objects: [...(await store.storedObjects.latest(maxObjects))],
  };
}

async function readSpend({ spend }: Pick<Store, "spend">, since: string): Promise<ScopeMap<number>> {
  const spent = new ScopeMap<number>();
  let page = await spend.list({ limit: pageScopes, since });
  for (;;) {
    for (const { scope, nanos } of page) spent.set(scope, nanos);
    const last = page.at(-1);
    if (last === undefined || page.length < pageScopes) return spent;
    page = await spend.list({ limit: pageScopes, since, after: last.scope });
  }
}

const nameOf = ({ kind, id }: Scope): string => `${kind} ${id}`;
const scopeOf = ([first]: readonly WindowScope[]): Scope => ({ kind: first?.kind ?? "key", id: first?.id ?? "" });

async function addPending({ journals, log, now }: OpeningDeps, sums: Sums): Promise<Opening> {
  const startedAt = performance.now();
  let records = 0;
  for (const journal of journals) {
    for await (const batch of readPending(journal)) {
      records += batch.records.length;
      add(sums, batch, now());
    }
  }
  if (records > 0) {
    const elapsedMs = Math.round(performance.now() - startedAt);
    log.info({ records, elapsedMs }, "records of the last run are not stored yet: budgets count them already");
  }
  const { windows: _, ...opening } = sums;
  return opening;
}

function add({ windows, counted, spent, unstored, objects }: Sums, batch: JournalBatch, now: number): void {
  for (const record of batch.records) {
    counted.push(...countedIn(windows, record, now));
    for (const { scope, nanos } of chargesOf(record)) {
      for (const sum of [spent, unstored]) sum.set(scope, (sum.get(scope) ?? 0) + nanos);
    }
  }
  for (const object of batch.objects) objects.push(object);
  if (objects.length > 2 * maxObjects) objects.splice(0, objects.length - maxObjects);
}

/** What it counts for in windows of hours and days. */
function countedIn(windows: Sums["windows"], record: UsageRecord, now: number): readonly CountedBefore[] {
  const agoMs = Math.max(0, now - record.createdAt);
  const tokens = record.totalTokens + record.unansweredTokens;
  return chargesOf(record).flatMap(({ scope: charged, nanos: costNanos }) => {
    const own = charged.period === undefined ? (windows.get(charged) ?? []) : [];
    const within = own.filter(({ windowMs }) => agoMs < windowMs);
    return within.map((scope) => ({ scope, agoMs, requests: 1, tokens, costNanos }));
  });
}
