// What is older than it is kept. First an entry says up to where the log is cut, and the head remembers the hash there; from then on
// nobody reads what is before. Then it is deleted, little by little. Invariant: who deletes without that entry is found.

import { sql, type Kysely } from "kysely";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import { deed } from "#domain/audit.ts";
import { recorderIn } from "./audit-append.ts";
import type { AuditStore, Link } from "./audit-store.ts";

export const cutAction = "audit.cut";

export function cuttingIn(database: Database): Pick<AuditStore, "cut" | "sweep"> {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    cut: (before) =>
      kysely.transaction().execute(async (transaction) => {
        const link = await lastBefore(transaction, before);
        if (link === null) return null;
        const details = { place: link.sequence, hash: link.hash };
        await record(transaction, [deed(cutAction, { kind: "audit", id: null, name: "audit log" }, { details })]);
        await transaction
          .updateTable("audit_head")
          .set({ cut: link.sequence, cut_hash: link.hash })
          .where("name", "=", "audit")
          .execute();
        return link;
      }),
    async sweep(limit) {
      const { rows } = await sql<{ sequence: number }>`
        delete from audit_log where sequence in (
          select sequence from audit_log where sequence <= (select cut from audit_head) order by sequence limit ${limit})
        returning sequence`.execute(kysely);
      return rows.length;
    },
  };
}

/** Clocks of several servers differ a little: the log is cut before the first entry that is not older. The last one always stays. */
async function lastBefore(transaction: Kysely<Tables>, before: number): Promise<Link | null> {
  const { rows } = await sql<Link>`
    select sequence, hash from audit_log
    where sequence > (select cut from audit_head) and sequence < (select last from audit_head)
      and sequence < coalesce((select min(sequence) from audit_log where happened_at >= ${before}
        and sequence > (select cut from audit_head)), (select last from audit_head))
    order by sequence desc limit 1`.execute(transaction);
  return rows[0] ?? null;
}
