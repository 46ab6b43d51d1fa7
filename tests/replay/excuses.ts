// Which misses are no faults of the gateway: those of recordings that say something else than their vendor did. What was read
// rightly needs no excuse, so that a rule that fits too much hides nothing.

import { excusingFaults } from "../support/recording-faults.ts";
import type { Format } from "./reading.ts";
import type { Recording } from "./recordings.ts";

/** Why a client may have read a recording otherwise than its vendor's SDK did; empty when nothing excuses it. */
export function excusesFor({ record, format, expected }: Recording, client: Format): readonly string[] {
  const faults = excusingFaults(record, format, "failure" in expected);
  return faults.filter(({ clients }) => clients?.includes(client) ?? true).map(({ reason }) => reason);
}
