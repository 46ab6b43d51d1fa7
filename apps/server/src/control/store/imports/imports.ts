import type { Database } from "#control/store/database.ts";
import { spendCarrierIn } from "./carried-spend.ts";
import { usageCarrierIn } from "./carried-usage.ts";
import type { ImportStore } from "./import-store.ts";

export function importsIn(database: Database): ImportStore {
  return { carrySpend: spendCarrierIn(database), carryUsage: usageCarrierIn(database) };
}
