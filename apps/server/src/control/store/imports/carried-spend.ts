// What was spent elsewhere. It never becomes less: that somebody has spent so much, others may have been told already.

import type { Kysely } from "kysely";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { change, type Database } from "#control/store/database.ts";
import { chargerIn, periodOf } from "#control/store/spend.ts";
import type { Tables } from "#control/store/tables.ts";
import { deed, type AuditDraft } from "#domain/audit.ts";
import type { CarriedSpend, ImportStore } from "./import-store.ts";

interface Carried {
  readonly entry: CarriedSpend;
  readonly before: number;
}

export function spendCarrierIn(database: Database): ImportStore["carrySpend"] {
  const charge = chargerIn(database);
  const record = recorderIn(database);
  return (source, entries) => {
    const carry = async (transaction: Kysely<Tables>) => {
      const { engine } = database;
      await engine.lockUsage(transaction);
      const told: Carried[] = [];
      for (const entry of entries) told.push(await note(transaction, source, entry, database.now()));
      const charges = told.map(({ entry: { scope, nanos }, before }) => ({
        scope,
        nanos: Math.max(0, nanos - before),
      }));
      const differing = told.filter(({ entry, before }) => entry.nanos > before);
      await charge.run(
        transaction,
        charges.filter(({ nanos }) => nanos !== 0),
      );
      await record(
        transaction,
        differing.map((one) => draftOf(source, one)),
      );
      return charges;
    };
    return change(database, { object: "spend" }, () => database.kysely.transaction().execute(carry));
  };
}

async function note(transaction: Kysely<Tables>, source: string, entry: CarriedSpend, now: number): Promise<Carried> {
  const { scope, nanos } = entry;
  const place = { source, scope_kind: scope.kind, scope_id: scope.id, period: periodOf(scope) };
  const known = await transaction
    .selectFrom("carried_spend")
    .select("nanos")
    .where("source", "=", place.source)
    .where("scope_kind", "=", place.scope_kind)
    .where("scope_id", "=", place.scope_id)
    .where("period", "=", place.period)
    .executeTakeFirst();
  if (known !== undefined && known.nanos >= nanos) return { entry, before: known.nanos };
  await transaction
    .insertInto("carried_spend")
    .values({ ...place, nanos, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(["source", "scope_kind", "scope_id", "period"]).doUpdateSet({ nanos, updated_at: now }),
    )
    .execute();
  return { entry, before: known?.nanos ?? 0 };
}

function draftOf(source: string, { entry: { scope, name, nanos }, before }: Carried): AuditDraft {
  const { kind, id } = scope;
  const details = { source, period: periodOf(scope), before_nanos: before, after_nanos: nanos };
  return deed(`${kind}.spend_carried`, { kind, id, name }, { details });
}
