// What was spent and used, of all that is here now. It is told in all, and the server adds what differs from what it was told before.

import { formatUsd, parseUsd } from "#money.ts";
import type { Client } from "#calls.ts";
import { mostCarriedSpend, mostCarriedUsage } from "#carried.ts";
import type { AdminRoutes, RouteInput } from "#routes/index.ts";
import type { Bounds, DesiredUsage } from "#importing/desired.ts";
import type { Held } from "./rows.ts";
import { budgetIds } from "./bounds.ts";
import type { Changes } from "./changes.ts";

type Entry = RouteInput<AdminRoutes["imports"]["spend"]>["body"]["entries"][number];

export interface Spender {
  readonly kind: Entry["kind"];
  readonly row: { readonly id: string; readonly budgets: readonly Held[] };
  readonly bounds: Bounds;
}

interface Carrying {
  readonly client: Client | null;
  readonly changes: Changes;
  readonly source: string;
}

export async function carrySpend({ client, changes, source }: Carrying, spenders: readonly Spender[]): Promise<void> {
  const entries = spenders.flatMap(entriesOf).filter(({ spent_usd: spent }) => parseUsd(spent) > 0);
  for (let from = 0; from < entries.length; from += mostCarriedSpend) {
    const part = entries.slice(from, from + mostCarriedSpend);
    const what = `spend of ${part.length} budgets and lives`;
    if (client === null) continue;
    const before = changes.done.length;
    const told = await changes.make({ verb: "carry over", what, fields: [] }, () =>
      client.imports.spend({ body: { source, entries: part } }),
    );
    const added = (told?.results ?? []).reduce((sum, one) => sum + parseUsd(one.added_usd), 0);
    noteAdded(changes, before, { what: `spend of ${part.length} holders`, told: told !== undefined, added });
  }
}

function entriesOf({ kind, row: { id, budgets }, bounds }: Spender): readonly Entry[] {
  const ids = budgetIds(bounds, budgets);
  const periods = bounds.budgets.flatMap(({ spent }, place): Entry[] => {
    const budgetId = ids[place];
    return budgetId === undefined ? [] : [{ kind, id, budget_id: budgetId, spent_usd: spent }];
  });
  return [{ kind, id, spent_usd: bounds.spent }, ...periods];
}

/** What was there already is no change. */
function noteAdded(
  changes: Changes,
  before: number,
  { what, told, added }: { readonly what: string; readonly told: boolean; readonly added: number },
): void {
  if (!told) return;
  changes.done.splice(before);
  if (added === 0) changes.unchanged += 1;
  else changes.done.push({ verb: "carry over", what, fields: [`${formatUsd(added)} USD more`] });
}

export async function carryUsage(
  { client, changes, source }: Carrying,
  usage: readonly DesiredUsage[],
  keyIds: ReadonlyMap<string, string>,
): Promise<void> {
  const rows = joined(usage.map((row) => toRow(row, keyIds)));
  for (let from = 0; from < rows.length; from += mostCarriedUsage) {
    const part = rows.slice(from, from + mostCarriedUsage);
    if (client === null) continue;
    const what = `${part.length} rows of usage`;
    const before = changes.done.length;
    const told = await changes.make({ verb: "carry over", what, fields: [] }, () =>
      client.imports.usage({ body: { source, rows: part } }),
    );
    if (told === undefined) continue;
    changes.done.splice(before);
    if (told.changed === 0) changes.unchanged += 1;
    else
      changes.done.push({ verb: "carry over", what, fields: [`${told.changed} differ, ${told.added_usd} USD more`] });
  }
}

type Row = RouteInput<AdminRoutes["imports"]["usage"]>["body"]["rows"][number];

function toRow(row: DesiredUsage, keyIds: ReadonlyMap<string, string>) {
  const short = (text: string): string => text.slice(0, 200);
  return {
    ...{ hour: row.hour, api_key_id: keyIds.get(row.sha256 ?? "") ?? null },
    ...{ provider: short(row.provider), model: short(row.model), requested_model: short(row.requestedModel) },
    ...{ requests: row.requests, errors: row.errors },
    ...{ prompt_tokens: row.promptTokens, completion_tokens: row.completionTokens },
    ...{ cached_tokens: row.cachedTokens, cache_write_tokens: row.cacheWriteTokens, cost_usd: row.cost },
  };
}

type ToldRow = ReturnType<typeof toRow>;

/** Those of keys that are not moved are one: the server takes each place once. */
function joined(rows: readonly ToldRow[]): readonly Row[] {
  const byPlace = Map.groupBy(rows, (row) =>
    JSON.stringify([row.hour, row.api_key_id, row.provider, row.model, row.requested_model]),
  );
  return [...byPlace.values()].map((same) => same.reduce(sumOf));
}

function sumOf(one: ToldRow, other: ToldRow): ToldRow {
  return {
    ...one,
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    prompt_tokens: one.prompt_tokens + other.prompt_tokens,
    completion_tokens: one.completion_tokens + other.completion_tokens,
    cached_tokens: one.cached_tokens + other.cached_tokens,
    cache_write_tokens: one.cache_write_tokens + other.cache_write_tokens,
    cost_usd: formatUsd(parseUsd(one.cost_usd) + parseUsd(other.cost_usd)),
  };
}
