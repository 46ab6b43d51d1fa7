import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "#control/store/database.ts";
import type { Store } from "#control/store/store.ts";

import { daysIn } from "./days.ts";
import { drainerIn } from "./drain-lines.ts";
import { oldestOf } from "./oldest.ts";
import { requestsIn } from "./requests.ts";
import { retentionIn } from "./retention.ts";
import { usageSeriesIn } from "./series.ts";
import { SettledSeries } from "./settled-series.ts";
import { usageInserterIn } from "./usage-insert.ts";

export function usageIn(database: Database): Store["usage"] {
  const insert = usageInserterIn(database);
  const drain = database.engine.drain ?? drainerIn(database, nextTurn);
  const read = usageSeriesIn(database);
  const settled = new SettledSeries(read.series, database.now);
  return {
    async insert(records) {
      const added = await insert(records);
      settled.noteStored(oldestOf(records));
      return added;
    },
    async drain(lines) {
      const drained = await drain(lines);
      settled.noteStored(drained.oldest);
      return drained;
    },
    ...requestsIn(database),
    ...daysIn(database),
    ...retentionIn(database),
    ...read,
    seriesForPages: settled.series,
  };
}
