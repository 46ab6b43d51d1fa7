// Rows of leases. What they mean, and when one may be taken, is in control/leases.

import { sql } from "kysely";
import type { Database } from "./database.ts";

export interface LeaseRow {
  readonly name: string;
  /** The id of an instance; empty where nobody has it. */
  readonly holder: string;
  readonly installation: string;
  readonly beat: number;
  readonly leaseMs: number;
  /** Epoch ms, by the database's clock. */
  readonly heldSince: number;
}

export type LeaseHolder = Pick<LeaseRow, "holder" | "installation" | "leaseMs">;

export interface LeaseStore {
  list(): Promise<readonly LeaseRow[]>;
  /** False: it is no longer as it was seen (undefined: it was not there). */
  take(name: string, seen: LeaseRow | undefined, by: LeaseHolder): Promise<boolean>;
  /** Answers those of them that still are this holder's. */
  renew(names: readonly string[], holder: string): Promise<readonly string[]>;
  giveBack(name: string, holder: string): Promise<void>;
}

export function leasesIn({ kysely, engine }: Database): LeaseStore {
  const now = sql<number>`${sql.raw(engine.time)}`;
  return {
    async list() {
      const rows = await kysely.selectFrom("leases").selectAll().orderBy("name").execute();
      return rows.map(({ lease_ms: leaseMs, held_since: heldSince, ...row }) => ({ ...row, leaseMs, heldSince }));
    },
    async take(name, seen, { leaseMs, ...by }) {
      const row = { ...by, lease_ms: leaseMs, held_since: now, beat: (seen?.beat ?? 0) + 1 };
      if (seen === undefined) {
        const insert = kysely.insertInto("leases").values({ name, ...row });
        const added = await insert.onConflict((conflict) => conflict.column("name").doNothing()).executeTakeFirst();
        return Number(added.numInsertedOrUpdatedRows) === 1;
      }
      const update = kysely.updateTable("leases").set(row).where("name", "=", name);
      const unchanged = update.where("holder", "=", seen.holder).where("beat", "=", seen.beat);
      return Number((await unchanged.executeTakeFirst()).numUpdatedRows) === 1;
    },
    async renew(names, holder) {
      const update = kysely.updateTable("leases").set({ beat: sql<number>`beat + 1` });
      const own = update.where("holder", "=", holder).where("name", "in", [...names]);
      return (await own.returning("name").execute()).map(({ name }) => name);
    },
    async giveBack(name, holder) {
      const update = kysely.updateTable("leases").set({ holder: "", beat: sql<number>`beat + 1` });
      await update.where("name", "=", name).where("holder", "=", holder).execute();
    },
  };
}
