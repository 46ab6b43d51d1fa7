// Whether somebody may have such a report, asked when it is made up and again each time that it is due.

import { may, reach, reachesNothing, type Entitled } from "#domain/access/may.ts";

interface Wanted {
  readonly webhookId: string | null;
  readonly recipients: readonly string[];
}

/** Why not; null where he may. `email`: his own address. */
export function refusalOf(who: Entitled, email: string, { webhookId, recipients }: Wanted): string | null {
  const reached = reach(who, "reports.manage");
  if (reachesNothing(reached) || reachesNothing(reach(who, "usage.read")))
    return "This needs the permissions reports.manage and usage.read";
  if (webhookId !== null && !may(who, "webhooks.read"))
    return "To send a report to a webhook needs the permission webhooks.read";
  if (reached !== "all" && recipients.some((address) => address !== email))
    return "To send a report to others than oneself needs the permission reports.manage for all";
  return null;
}
