import { alerts, ownAlerts, type OwnAlert } from "@ghostllm/contract/alerts";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { lastingMs, type AlertWatch, type SeenReason } from "#control/alerts/alert-watch.ts";
import { judges } from "#control/alerts/judges.ts";
import type { Actor } from "#domain/access/actor.ts";
import { reach } from "#domain/access/may.ts";
import { toTime, toTimeOrNull } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiAlert = RouteAnswer<AdminRoutes["alerts"]["list"]>["data"][number];

const all = [
  ...alerts.map(({ expr, ...rest }) => ({ ...rest, condition: expr })),
  ...ownAlerts.map((one) => ({ ...one, condition: null })),
];

export function createAlertsResource({ alerts: watch }: Pick<ResourceDependencies, "alerts">): Resource<"alerts"> {
  return {
    async list({ actor }) {
      const readable = all.filter(({ name }) => mayRead(actor, name));
      return { data: readable.map((one) => toApiAlert(one, watch)) };
    },
  };
}

/** What is about single things tells of all of them. */
function mayRead(actor: Actor, name: string): boolean {
  const judge = judges[name];
  return judge === undefined || reach(actor, judge.permission) === "all";
}

function toApiAlert(
  { name, severity, meaning, remedy, condition }: OwnAlert & Pick<ApiAlert, "condition">,
  watch: Pick<AlertWatch, "seen">,
): ApiAlert {
  const seen = watch.seen(name);
  const reasons = (seen?.reasons ?? []).toSorted((one, other) => one.since - other.since);
  return {
    ...{ name, severity, meaning, remedy, condition },
    for_seconds: lastingMs(name) / 1_000,
    state: seen === undefined ? "unseen" : stateOf(reasons),
    looked_at: toTimeOrNull(seen?.lookedAt ?? null),
    reasons: reasons.map(({ subject, text, since, isFiring }) => ({
      ...{ subject, text, since: toTime(since), firing: isFiring },
    })),
  };
}

function stateOf(reasons: readonly SeenReason[]): ApiAlert["state"] {
  if (reasons.length === 0) return "quiet";
  return reasons.some(({ isFiring }) => isFiring) ? "firing" : "pending";
}
