// Rows of instances: who serves from this database, and when each was seen last, by the database's clock.

import { sql } from "kysely";
import type { Database } from "./database.ts";

export interface Instance {
  readonly id: string;
  /** The data directory's: one process has it at a time. */
  readonly installation: string;
  readonly host: string;
  readonly processId: number;
  readonly version: string;
  readonly services: readonly string[];
  readonly workers: number;
  /** Of what its configuration file declares; null: nothing that counts. */
  readonly declaredDigest: string | null;
}

export interface SeenInstance extends Instance {
  /** Epoch ms. */
  readonly startedAt: number;
  readonly seenAt: number;
  /** How long ago that was. */
  readonly silentMs: number;
}

export interface InstanceStore {
  /** Those that are there, and those that were seen lately. */
  list(): Promise<readonly SeenInstance[]>;
  beat(instance: Instance): Promise<void>;
  remove(id: string): Promise<void>;
  /** Forgets what an earlier process of the same data directory has left, and who was not seen for so long. */
  tidy(own: Pick<Instance, "id" | "installation">, silentMs: number): Promise<void>;
}

export function instancesIn({ kysely, engine }: Database): InstanceStore {
  const now = sql<number>`${sql.raw(engine.time)}`;
  return {
    async list() {
      const silent = sql<number>`${now} - seen_at`.as("silent_ms");
      const rows = await kysely.selectFrom("instances").selectAll().select(silent).orderBy("started_at").execute();
      return rows.map((row) => ({
        ...{ id: row.id, installation: row.installation, host: row.host, processId: row.process_id },
        ...{ version: row.version, services: row.services.split(" "), workers: row.workers },
        declaredDigest: row.declared_digest,
        ...{ startedAt: row.started_at, seenAt: row.seen_at, silentMs: Math.max(0, row.silent_ms) },
      }));
    },
    async beat({ processId, services, declaredDigest, ...same }) {
      const told = { seen_at: now, declared_digest: declaredDigest };
      const row = { ...same, ...told, process_id: processId, services: services.join(" "), started_at: now };
      const insert = kysely.insertInto("instances").values(row);
      await insert.onConflict((conflict) => conflict.column("id").doUpdateSet(told)).execute();
    },
    async remove(id) {
      await kysely.deleteFrom("instances").where("id", "=", id).execute();
    },
    async tidy({ id, installation }, silentMs) {
      const isGone = sql<boolean>`(installation = ${installation} or seen_at < ${now} - ${silentMs})`;
      await kysely.deleteFrom("instances").where("id", "<>", id).where(isGone).execute();
    },
  };
}
