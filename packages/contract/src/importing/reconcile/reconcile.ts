// Brings a server to what an import wants, or says what that would take. Called by commands/import.ts. Invariant: it may be stopped anywhere
// and run again: what is there already is found, and only what is missing or differs is done.

import type { Client } from "#calls.ts";
import type { Desired } from "#importing/desired.ts";
import { carrySpend, carryUsage, type Spender } from "./carry.ts";
import { reconcileCatalogue } from "./catalogue.ts";
import { Changes } from "./changes.ts";
import { nothingThere, readExisting } from "./existing.ts";
import { reconcileKey } from "./keys.ts";
import { reconcilePeople, type Placed } from "./people.ts";

/** `client` is null where there is no server to compare with: then all of it is to be made. */
export async function reconcile(client: Client | null, desired: Desired, isApplied: boolean): Promise<Changes> {
  const changes = new Changes(isApplied && client !== null);
  const existing = client === null ? nothingThere() : await readExisting(client);
  const work = { client, existing, changes };
  await reconcileCatalogue(work, desired);
  const placed = await reconcilePeople(work, desired);
  const spenders = spendersOf(desired, placed);
  const keyIds = new Map<string, string>();
  for (const key of desired.keys) {
    const row = await reconcileKey(work, key, placed);
    if (row === undefined) continue;
    keyIds.set(key.sha256, row.id);
    spenders.push({ kind: "key", row, bounds: key.bounds });
  }
  const { source } = desired;
  await carrySpend({ client, changes, source }, spenders);
  await carryUsage({ client, changes, source }, desired.usage, keyIds);
  return changes;
}

function spendersOf(desired: Desired, { organisations, users, teams }: Placed): Spender[] {
  const of = (
    kind: Spender["kind"],
    wanted: readonly { readonly ref: string; readonly bounds: Spender["bounds"] }[],
    rows: ReadonlyMap<string, Spender["row"]>,
  ): readonly Spender[] =>
    wanted.flatMap(({ ref, bounds }) => {
      const row = rows.get(ref);
      return row === undefined ? [] : [{ kind, row, bounds }];
    });
  return [
    ...of("organisation", desired.organisations, organisations),
    ...of("user", desired.users, users),
    ...of("team", desired.teams, teams),
  ];
}
