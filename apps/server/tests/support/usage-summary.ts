import { summarize } from "#control/resources/usage-summary.ts";
import type { Store } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";

type Asked = Parameters<typeof summarize>[1];

/** As `usage.summary` tells them, of as many groups as there are. */
export async function summarizeUsage(
  store: Pick<Store, "usage">,
  grouping: Asked["grouping"],
  reach: Reach = "all",
  filter: Asked["filter"] = {},
) {
  return (await summarize(store.usage, { filter, grouping, limit: 1000 }, reach)).sums;
}
