// What a batch of new usage records adds to the rollups, to what scopes have spent, and to keys. Pure.

import { summedUsageFields, usageColumn } from "@ghostllm/contract";
import { ScopeMap } from "#domain/access/scope.ts";
import { chargesOf, type UsageRecord } from "#domain/usage-record.ts";
import type { Value } from "#control/store/bulk.ts";
import { storableText } from "#control/store/columns.ts";
import type { ScopeSpend } from "#control/store/spend-store.ts";
import type { UsageSums } from "#control/store/usage-store.ts";
import { addTo, bucketOf, type Sketch } from "./sketch.ts";
import { hourlySums, type HourlySums } from "./usage-row.ts";

/** PostgreSQL holds at most some 2,700 bytes in one entry of an index. */
const maxKeyLength = 200;

const keyText = (text: string): string => storableText(text, maxKeyLength);

export const hourMs = 3_600_000;

export function hourOf(timeMs: number): number {
  return timeMs - (timeMs % hourMs);
}

const summedColumns = summedUsageFields.map((name) => [name, usageColumn(name)] as const);

/** As the store's users know them. */
export function toSums(row: HourlySums): UsageSums {
  const { requests, errors, unpriced_requests: unpricedRequests, failed_attempts: failedAttempts } = row;
  const sums: Partial<Record<keyof UsageSums, number>> = { requests, errors, unpricedRequests, failedAttempts };
  for (const [name, column] of summedColumns) sums[name] = row[column];
  return sums as UsageSums;
}

/** In the order of `hourlySums`; what is not told is 0. */
export function sumsInOrder(sums: Partial<UsageSums>): readonly number[] {
  const { requests = 0, errors = 0, unpricedRequests = 0, failedAttempts = 0 } = sums;
  return [requests, errors, unpricedRequests, failedAttempts, ...summedColumns.map(([name]) => sums[name] ?? 0)];
}

/** All that rollups.ts knows of an hour and of what tells requests apart. */
export interface HourlyGroup {
  /** When it begins. */
  readonly hour: number;
  /** The hour and the keys of the finest rollup. */
  readonly keys: readonly Value[];
  /** The team and the organisation of the key. */
  readonly facts: readonly (string | null)[];
  /** In the order of `hourlySums`. */
  readonly sums: number[];
  /** Of latencies, and of first tokens of streamed answers. */
  readonly sketches: readonly [Sketch, Sketch];
}

export function sumByHour(records: readonly UsageRecord[]): HourlyGroups {
  const groups = new HourlyGroups();
  for (const record of records) {
    const group = groups.of(record);
    addSums(group.sums, record);
    addTimes(group.sketches, record);
    if (record.trail === null) continue;
    for (const place of failedPlaces(record)) {
      const { sums } = groups.of({ ...record, ...place });
      sums[failedAttempts] = (sums[failedAttempts] ?? 0) + 1;
    }
  }
  return groups;
}

export class HourlyGroups {
  /** By what records say, which is looked at once for each of them. */
  readonly #told = new Map<string, HourlyGroup>();
  /** By what is stored of it: texts that are cut may be the same then. */
  readonly #stored = new Map<string, HourlyGroup>();

  #hour = 0;

  of(record: UsageRecord): HourlyGroup {
    const name = `${this.#hourOf(record)} ${nameOf(record)}`;
    let group = this.#told.get(name);
    if (group === undefined) this.#told.set(name, (group = this.#storedAs(record)));
    return group;
  }

  /** Mostly that of the record before: the remainder of so large a number takes as long as all else that is done here. */
  #hourOf({ createdAt }: UsageRecord): number {
    if (createdAt < this.#hour || createdAt >= this.#hour + hourMs) this.#hour = hourOf(createdAt);
    return this.#hour;
  }

  groups(): readonly HourlyGroup[] {
    return [...this.#stored.values()];
  }

  #storedAs(record: UsageRecord): HourlyGroup {
    const keys = keysOf(record);
    // Storable text has no NUL in it.
    const name = keys.join("\0");
    let group = this.#stored.get(name);
    if (group === undefined) {
      const hour = hourOf(record.createdAt);
      group = { hour, keys, facts: factsOf(record), sums: hourlySums.map(() => 0), sketches: [new Map(), new Map()] };
      this.#stored.set(name, group);
    }
    return group;
  }
}

function factsOf({ teamId, organisationId }: UsageRecord): readonly (string | null)[] {
  return [teamId, organisationId].map((id) => id && keyText(id));
}

const failedAttempts = hourlySums.indexOf("failed_attempts");

/** Where attempts failed, as places of records. */
export function failedPlaces({ trail }: Pick<UsageRecord, "trail">) {
  const failed = (trail ?? []).filter(({ reason }) => reason !== null);
  return failed.map(({ providerId, provider, model }) => ({ providerId, provider, modelId: null, model }));
}

function addTimes(
  [latencies, firstTokens]: HourlyGroup["sketches"],
  { latencyMs, ttftMs, streamed }: UsageRecord,
): void {
  addTo(latencies, bucketOf(latencyMs));
  // What is not streamed comes with its first byte whole.
  if (streamed && ttftMs !== null) addTo(firstTokens, bucketOf(ttftMs));
}

/** Names may hold anything: how long each is says where it ends. */
const sized = (text: string): string => `${text.length} ${text}`;

function nameOf(record: UsageRecord): string {
  const { userId, apiKeyId, providerId, provider, modelId, model, requestedModel, status } = record;
  const names = sized(provider) + sized(model) + sized(requestedModel) + status;
  return names + sized(userId) + sized(apiKeyId) + sized(providerId ?? "") + (modelId ?? "");
}

function keysOf(record: UsageRecord): readonly Value[] {
  const { userId, apiKeyId, providerId, provider, modelId, model, requestedModel, status } = record;
  const texts = [userId, apiKeyId, providerId ?? "", provider, modelId ?? "", model, requestedModel, status];
  return [hourOf(record.createdAt), ...texts.map(keyText)];
}

const errors: ReadonlySet<string> = new Set(["error", "timeout", "shutdown"]);

/** In the order of `hourlySums`. A client that left is not an error of the service. */
function addSums(sums: number[], record: UsageRecord): void {
  const add = (place: number, addend: number): void => {
    sums[place] = (sums[place] ?? 0) + addend;
  };
  add(0, 1);
  if (errors.has(record.status)) add(1, 1);
  if (record.costNanos === null) add(2, 1);
  let place = countedSums;
  for (const name of summedUsageFields) add(place++, record[name] ?? 0);
}

/** Those that are counted and not added up come first. */
const countedSums = hourlySums.length - summedUsageFields.length;

/** What each scope has spent, but for those that spent nothing. */
export function sumSpend(records: readonly UsageRecord[]): readonly ScopeSpend[] {
  const sums = new ScopeMap<number>();
  for (const record of records) {
    for (const { scope: charged, nanos } of chargesOf(record)) {
      if (nanos === 0) continue;
      const { kind, id, period } = charged;
      const scope = { kind, id: keyText(id), period };
      sums.set(scope, (sums.get(scope) ?? 0) + nanos);
    }
  }
  return [...sums].map(([scope, nanos]) => ({ scope, nanos }));
}

/** Rows of (id of a key, epoch ms of its latest use). */
export function latestUses(records: readonly UsageRecord[]): readonly (readonly Value[])[] {
  const uses = new Map<string, number>();
  for (const { apiKeyId, createdAt } of records) uses.set(apiKeyId, Math.max(uses.get(apiKeyId) ?? 0, createdAt));
  return [...uses].map(([id, usedAt]) => [keyText(id), usedAt]);
}
