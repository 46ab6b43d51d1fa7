import { formatUsd, nanosToUsd } from "@ghostllm/contract";
import { alertBounds } from "@ghostllm/contract/alerts";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { judges } from "#control/alerts/judges.ts";
import { percentOf } from "#control/budgets/budget-list.ts";
import { nearPercent } from "#control/live/budget-watch.ts";
import type { PeriodHolder, UsedBudget } from "#control/store/budget-store.ts";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { may, reach, type Reach } from "#domain/access/may.ts";
import { createPeriodReader, recentlySince } from "#control/budgets/period-reader.ts";
import { levelOf } from "#control/budgets/period-level.ts";
import type { RestReason } from "#domain/target-rest.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { PeriodStanding } from "#domain/budgets/standing.ts";
import { toTime, toTimeOrNull } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type Notification = RouteAnswer<AdminRoutes["notifications"]["list"]>["data"][number];
type NotificationDeps = Pick<
  ResourceDependencies,
  "store" | "snapshot" | "resting" | "health" | "journal" | "alerts" | "clock" | "steadyTime"
>;

const weekMs = 7 * 24 * 3_600_000;
/** Of a kind: more are read nowhere. */
const mostOfKind = 50;
/** Of whose budgets over periods it is looked how they stand. */
const mostHolders = 1_000;
/** Alerts that fire on what nothing else here is about. */
const furtherAlerts: readonly (readonly [name: string, level: Notification["level"]])[] = [
  ["GhostllmBackupOld", "error"],
  ["GhostllmDiskShort", "error"],
  ["GhostllmJournalNotArchived", "warning"],
];
/** Parts that have notifications of their own, or are told by the page itself. */
const toldElsewhere: ReadonlySet<string> = new Set(["providers", "journal"]);

export function createNotificationsResource(deps: NotificationDeps): Resource<"notifications"> {
  return {
    async list({ actor }) {
      const data = [
        ...(may(actor, "status.read") ? await systemNotifications(deps) : []),
        ...alertNotifications(deps, actor),
        ...(may(actor, "providers.read") ? providerNotifications(deps) : []),
        ...(await budgetNotifications(deps, actor)),
        ...(await keyNotifications(deps, actor)),
      ];
      return {
        data: [...data.filter(({ level }) => level === "error"), ...data.filter(({ level }) => level !== "error")],
      };
    },
  };
}

async function systemNotifications({ health, journal }: NotificationDeps): Promise<readonly Notification[]> {
  const unwell = [...(await health.parts())].filter(([name, { isHealthy }]) => !isHealthy && !toldElsewhere.has(name));
  const parts = unwell.map(([name, { detail }]) =>
    about("part_unhealthy", "error", { kind: "system", id: null, name }, { text: `${name}: ${detail}.` }),
  );
  const { pendingRecords } = journal;
  const subject = { kind: "system" as const, id: null, name: "journal" };
  if (!journal.healthy())
    return [...parts, about("part_unhealthy", "error", subject, { text: "The journal cannot be written to." })];
  if (pendingRecords < alertBounds.journalRecords) return parts;
  const text = `${pendingRecords} usage records wait for the database: it is away, or slower than the traffic.`;
  return [...parts, about("journal_growing", "warning", subject, { text })];
}

function alertNotifications({ alerts }: NotificationDeps, actor: Actor): readonly Notification[] {
  return furtherAlerts.flatMap(([name, level]) => {
    const permission = judges[name]?.permission ?? "status.read";
    if (!may(actor, "status.read") || reach(actor, permission) !== "all") return [];
    const firing = alerts.seen(name)?.reasons.filter(({ isFiring }) => isFiring) ?? [];
    return firing.map(({ text }) => about("alert", level, { kind: "system", id: null, name }, { text }));
  });
}

function providerNotifications({ snapshot, resting, clock }: NotificationDeps): readonly Notification[] {
  const unusable = [...snapshot().unusableProviders].map(([name, reason]) =>
    about(
      "provider_unusable",
      "error",
      { kind: "provider", id: null, name },
      { text: `${name} cannot be used: ${reason}.` },
    ),
  );
  const rests = resting()
    .filter(({ restMs }) => restMs > 0)
    .slice(0, mostOfKind)
    .map((target) => toRestNotification(target, clock.now()));
  return [...unusable, ...rests];
}

const whys: Readonly<Partial<Record<RestReason, string>>> = {
  failure_rate: "too many of its requests failed",
  slow: "it was slow",
  rate_limit: "its vendor limits how often it may be asked",
  quota: "its account is out of money",
  credential: "its credential is refused",
};

function toRestNotification({ providerId, provider, model, state, reason, restMs }: RestingTarget, now: number) {
  const isParked = state === "parked";
  const why = (reason && whys[reason]) ?? "it failed again and again";
  const time = restMs < 120_000 ? `${Math.ceil(restMs / 1000)} s` : `${Math.ceil(restMs / 60_000)} min`;
  return about(
    isParked ? "target_parked" : "target_resting",
    isParked ? "error" : "warning",
    { kind: "provider", id: providerId, name: `${provider}/${model}` },
    { text: `${provider}/${model} is left alone for ${time}, since ${why}.`, until: toTime(now + restMs) },
  );
}

async function budgetNotifications(deps: NotificationDeps, actor: Actor): Promise<readonly Notification[]> {
  const reached = reach(actor, "usage.read");
  const used = await deps.store.budgets.used({ percent: nearPercent, limit: mostOfKind }, reached);
  return [...used.map(toBudgetNotification), ...(await periodNotifications(deps, reached))];
}

/** Their ids tell period and threshold, so that whoever has seen one is told of each once, whichever instance he asks. */
async function periodNotifications(
  { store, steadyTime }: NotificationDeps,
  reached: Reach,
): Promise<readonly Notification[]> {
  const now = steadyTime.now();
  const holders = await store.budgets.byPeriod({ limit: mostHolders, since: recentlySince(now) }, reached);
  const standings = await createPeriodReader(store).read(holders, now);
  const all = holders.flatMap((holder) =>
    (standings.get(holder.scope) ?? []).flatMap((standing) => toPeriodNotification(holder, standing) ?? []),
  );
  const worst = all.toSorted((one, other) => (other.percent ?? 0) - (one.percent ?? 0));
  return worst.slice(0, mostOfKind);
}

function toPeriodNotification({ scope, name }: PeriodHolder, standing: PeriodStanding): Notification | null {
  const level = levelOf(standing);
  if (level === null) return null;
  const { budget, period, spentNanos, allowanceNanos } = standing;
  const span = spanInWords(budget);
  const words = `${inWords(spentNanos)} of ${inWords(allowanceNanos)}`;
  const isReached = level.level === "reached";
  const end = budget.downgradeTo === null ? "it is refused" : `${budget.downgradeTo} answers in its place`;
  const text = isReached
    ? `${name} has used up its budget ${span} (${words}): ${scope.kind === "provider" ? "others are asked" : end}.`
    : `${name} has spent ${words} ${span}.`;
  const told = { text, percent: percentOf(allowanceNanos, spentNanos), until: toTimeOrNull(period.endsAt) };
  const [kind, severity] = isReached ? (["budget_reached", "error"] as const) : (["budget_near", "warning"] as const);
  const notification = about(kind, severity, { ...scope, name }, told);
  return { ...notification, id: `${notification.id} ${period.name} ${level.percent}` };
}

function spanInWords({ span, days }: Budget): string {
  if (span === "rolling") return `of the last ${days} days`;
  return span === "total" ? "in all" : `of this ${span}`;
}

function toBudgetNotification({ scope, name, spentNanos, budgetNanos }: UsedBudget): Notification {
  const percent = percentOf(budgetNanos, spentNanos);
  const isReached = spentNanos >= budgetNanos;
  const words = `${inWords(spentNanos)} of ${inWords(budgetNanos)}`;
  const text = isReached ? `${name} has used up its budget (${words}): it is refused.` : `${name} has spent ${words}.`;
  const [kind, level] = isReached ? (["budget_reached", "error"] as const) : (["budget_near", "warning"] as const);
  return about(kind, level, { ...scope, name }, { text, percent });
}

const centNanos = 10_000_000;

/** To the cent, where there is one. */
function inWords(nanos: number): string {
  return `$${nanos < centNanos ? formatUsd(nanos) : nanosToUsd(nanos).toFixed(2)}`;
}

async function keyNotifications(
  { store, steadyTime }: NotificationDeps,
  actor: Actor,
): Promise<readonly Notification[]> {
  const keys = await store.apiKeys.expiring(steadyTime.now() + weekMs, mostOfKind, reach(actor, "keys.read"));
  return keys.map(toKeyNotification);
}

function toKeyNotification({ id, name, publicId, expiresAt }: ApiKeyRow): Notification {
  const until = expiresAt === null ? null : toTime(expiresAt);
  return about(
    "key_expiring",
    "warning",
    { kind: "key", id, name },
    { text: `The key ${name} (${publicId}) ends soon.`, until },
  );
}

function about(
  kind: Notification["kind"],
  level: Notification["level"],
  subject: Notification["subject"],
  told: Pick<Notification, "text"> & Partial<Pick<Notification, "until" | "percent">>,
): Notification {
  const id = `${kind} ${subject.kind} ${subject.id ?? ""} ${subject.name}`;
  return { id, kind, level, subject, until: null, percent: null, ...told };
}
