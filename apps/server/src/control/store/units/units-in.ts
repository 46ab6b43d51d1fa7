import { tellingIn } from "#control/store/audit/audit-append.ts";
import type { Database } from "#control/store/database.ts";
import type { UnitStore } from "./unit-store.ts";
import { checkVersion } from "./versions.ts";

export function unitsIn(database: Database): UnitStore {
  const { kysely, units, engine } = database;
  const tell = tellingIn(database);
  const inTransaction = kysely.transaction();
  /** Where nothing was told, nobody has looked yet. */
  const look = async (): Promise<void> =>
    units.current?.expect((expected) => inTransaction.execute((transaction) => checkVersion(transaction, expected)));
  return {
    together: (work, expected = null) => {
      const looked = async () => {
        const result = await work();
        await look();
        return result;
      };
      return units.together(looked, { expected, atEnd: async () => tell(units.current?.takeTold() ?? []) });
    },
    afterwards: (work) => units.afterwards(work),
    outside: (work) => units.outside(work),
    settled: () => units.current?.settled ?? null,
    holdUsage: () => inTransaction.execute((transaction) => engine.lockUsage(transaction)),
  };
}
