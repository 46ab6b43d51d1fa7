// The end of a request that another instance has admitted, such as of one whose answer a vendor made in the background.
// Called by counters.ts. Invariant: its record is charged by whoever writes it down, also where nobody knows what it held.

import type { Counted } from "#domain/access/scope.ts";
import { isCharged } from "#domain/budgets/budget.ts";
import type { Settlement } from "#link/counters.ts";
import type { RedisCommands } from "./commands.ts";
import { figuresOf } from "./decided.ts";
import { countedOf } from "./keys.ts";
import type { RedisKeys } from "./keys.ts";
import { settle } from "./scripts/decisions.ts";
import { find } from "./scripts/reunion.ts";
import type { RedisSignals } from "./signals.ts";
import type { Unstored } from "./unstored.ts";

interface SettlingParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly unstored: Unstored;
  readonly signals: Pick<RedisSignals, "settled">;
}

interface Found {
  readonly holder: string;
  readonly costNanos: number;
  readonly scopes: readonly Counted[];
}

/** Answers what was charged, in nano-USD. */
export async function settleOfOther(parts: SettlingParts, settlement: Settlement): Promise<number> {
  const { id, costNanos, takesAll = false } = settlement;
  const found = await findHold(parts, id);
  const scopes = settlement.scopes ?? found?.scopes.filter(isCharged) ?? [];
  if (scopes.length === 0) return 0;
  const isAll = costNanos === null || takesAll;
  const chargedNanos = isAll ? Math.max(costNanos ?? 0, found?.costNanos ?? 0) : costNanos;
  for (const scope of scopes) parts.unstored.add(scope, chargedNanos);
  parts.unstored.mark(scopes);
  if (found !== null) await giveBack(parts, { ...settlement, costNanos: chargedNanos }, { ...found, charged: scopes });
  return chargedNanos;
}

async function findHold({ commands, keys }: SettlingParts, id: string): Promise<Found | null> {
  const reply = await commands.run(find, keys.countersOf(commands.instance), [id]).catch(() => null);
  if (reply?.[0] !== "found") return null;
  const [costNanos = 0] = figuresOf([reply[3]]);
  return { holder: String(reply[2]), costNanos, scopes: scopesOf(reply[4]) };
}

async function giveBack(
  { commands, keys, unstored, signals }: SettlingParts,
  { id, tokens, costNanos }: Settlement,
  { holder, scopes, charged }: Found & { readonly charged: readonly Counted[] },
): Promise<void> {
  const names = scopes.map((scope) => keys.scope(scope));
  const chargedNames = new Set(charged.map((scope) => keys.scope(scope)));
  const sums = scopes.map((scope, place) => (chargedNames.has(names[place] ?? "") ? unstored.of(scope) : ""));
  const all = [...keys.countersOf(holder), ...names];
  const rest = [holder, id, tokens, costNanos ?? 0, 0, commands.nextSeq(), ...sums];
  await commands.run(settle, all, rest).catch(() => undefined);
  signals.settled(id);
}

/** By the names of their keys. */
function scopesOf(names: unknown): readonly Counted[] {
  return Array.isArray(names) ? names.flatMap((name) => countedOf(String(name)) ?? []) : [];
}
