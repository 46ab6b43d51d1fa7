import type { Health } from "#link/health.ts";
import type { Journal } from "#link/journal/journal.ts";
import type { Store } from "./store/store.ts";

const intervalMs = 2_000;
const patienceMs = 2_000;

export interface StoreWatchDeps {
  readonly store: Store;
  readonly journal: Pick<Journal, "pendingRecords">;
  readonly health: Health;
}

/** Tells `/health` how the database is. Its absence degrades: the gateway goes on with snapshot and journal. */
export function startStoreWatch({ store, journal, health }: StoreWatchDeps): { stop(): void } {
  let isAsking = false;
  const look = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    const replica = store.replica();
    if (replica !== null) health.report("replica", { isHealthy: replica.isWell, detail: replica.detail });
    health.report("journal", { isHealthy: true, detail: `${journal.pendingRecords} records to be stored` });
    try {
      await store.within(patienceMs, () => store.probe());
      health.report("store", { isHealthy: true, detail: store.engine });
    } catch {
      health.report("store", { isHealthy: false, detail: `${store.engine} does not answer, or is locked` });
    } finally {
      isAsking = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), intervalMs);
  return { stop: () => clearInterval(timer) };
}
