import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "#control/store/database.ts";
import type { Store } from "#control/store/store.ts";

import { daysIn } from "./days.ts";
import { drainerIn } from "./drain-lines.ts";
import { requestsIn } from "./requests.ts";
import { retentionIn } from "./retention.ts";
import { usageSeriesIn } from "./series.ts";
import { usageInserterIn } from "./usage-insert.ts";

export function usageIn(database: Database): Store["usage"] {
  return {
    insert: usageInserterIn(database),
    drain: database.engine.drain ?? drainerIn(database, nextTurn),
    ...requestsIn(database),
    ...daysIn(database),
    ...retentionIn(database),
    ...usageSeriesIn(database),
  };
}
