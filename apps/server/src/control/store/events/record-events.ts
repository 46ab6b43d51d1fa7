// What new usage records are to tell, stored in their transaction. Where nobody wants events of them it is one question a batch.

import type { Kysely } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { ScopeSpend } from "#control/store/spend-store.ts";
import type { Tables } from "#control/store/tables.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { budgetEventsOf } from "./budget-events.ts";
import { eventAppenderIn } from "./outbox-append.ts";
import { requestEventsOf } from "./request-events.ts";
import { wantedEventsIn } from "./wanted.ts";

type TellRecords = (
  transaction: Kysely<Tables>,
  records: readonly UsageRecord[],
  charges: readonly ScopeSpend[],
) => Promise<void>;

export function recordEventsIn(database: Database): TellRecords {
  const [append, readWanted] = [eventAppenderIn(database), wantedEventsIn(database)];
  return async (transaction, records, charges) => {
    // Of copies, which nobody asked for, nobody is told.
    const asked = records.filter(({ shadow }) => !shadow);
    if (asked.length === 0) return;
    const wanted = await readWanted(transaction);
    if (wanted.size === 0) return;
    const ofBudgets = wanted.has("budget.threshold")
      ? await budgetEventsOf(transaction, charges, Math.round(endOf(asked)))
      : [];
    await append(transaction, [...requestEventsOf(asked, wanted), ...ofBudgets]);
  };
}

/** Of the last of them. */
function endOf(records: readonly UsageRecord[]): number {
  return Math.max(...records.map(({ createdAt, latencyMs }) => createdAt + latencyMs));
}
