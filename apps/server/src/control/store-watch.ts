import type { HealthBoard } from "#link/health-board.ts";
import type { Store } from "./store/store.ts";

const intervalMs = 2_000;

/** Tells `/health` how the database is. Its absence degrades: the gateway goes on with snapshot and journal. */
export function startStoreWatch({ store, healthBoard }: { readonly store: Store; readonly healthBoard: HealthBoard }): {
  stop(): void;
} {
  let isAsking = false;
  const look = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      await store.ping();
      healthBoard.report("store", { isHealthy: true, detail: store.engine });
    } catch {
      healthBoard.report("store", { isHealthy: false, detail: `${store.engine} does not answer` });
    } finally {
      isAsking = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), intervalMs);
  return { stop: () => clearInterval(timer) };
}
