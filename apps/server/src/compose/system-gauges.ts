// What metrics tell of the server as a whole, by the thread that has control. Called by compose.ts.

import { readUsedBudgets } from "#control/budgets/used-budgets.ts";
import type { Store } from "#control/store/store.ts";
import { LatelyRead } from "#control/system/lately-read.ts";
import { readMachine } from "#control/system/machine-figures.ts";
import type { Health } from "#link/health.ts";
import type { BudgetUse, TeamName } from "#telemetry/money-metrics.ts";
import { version } from "#version.ts";
import type { Foundation } from "./foundation.ts";

interface SystemGaugesParts {
  readonly foundation: Pick<Foundation, "config" | "metrics" | "clock" | "steadyTime">;
  readonly store: Pick<Store, "budgets" | "spend" | "teams">;
  readonly health: Health;
}

/** The database is asked no more often. */
const freshMs = 5_000;

export function tellSystem({ foundation, store, health }: SystemGaugesParts): void {
  const { config, metrics, clock, steadyTime } = foundation;
  const { monotonic } = clock;
  metrics.tellBuild(version);
  metrics.watchThread("main");
  metrics.watchMachine(() => readMachine(config.dataDir));
  metrics.watchParts(async () => {
    const parts = await health.parts();
    return new Map([...parts].map(([name, { isHealthy }]) => [name, isHealthy]));
  });
  const budgets = new LatelyRead<readonly BudgetUse[]>({
    ...{ freshMs, monotonic, before: [] },
    read: () => readUsedBudgets(store, steadyTime.now()),
  });
  metrics.watchBudgets(() => budgets.current);
  const teams = new LatelyRead<readonly TeamName[]>({
    ...{ freshMs, monotonic, before: [] },
    read: () => store.teams.list({ limit: config.metrics.mostNames }, "all"),
  });
  metrics.watchTeams(() => teams.current);
}
