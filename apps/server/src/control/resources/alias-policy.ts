// What an alias says about failures and time, between the API's form and the store's; and to which names it may lead on.

import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { fallbackReasons } from "@ghostllm/contract";
import type { AliasRow, Store } from "#control/store/store.ts";
import type { TeamRow } from "#control/store/team-store.ts";
import { noTimeouts, policyOf } from "#domain/alias-policy.ts";
import type {
  AliasPolicy,
  AliasTimeouts,
  Fallbacks,
  HedgePolicy,
  QueuePolicy,
  ShadowPolicy,
} from "#domain/alias-policy.ts";
import { isPattern } from "#domain/alias-patterns.ts";
import { isNamed, isTargetNamed } from "#domain/allowed-models.ts";
import { invalid } from "./fields.ts";
import type { Resource } from "./resource.ts";

type ApiAlias = RouteAnswer<AdminRoutes["aliases"]["get"]>;
type Body = Parameters<Resource<"aliases">["update"]>[0]["body"];
type Given = Pick<
  Body,
  "retries" | "fallbacks" | "timeouts" | "sticky_by" | "queue" | "hedge" | "continuation" | "prompt_affinity" | "shadow"
>;

export function toApiPolicy(policy: AliasPolicy | null): Pick<ApiAlias, keyof Given> {
  const { retries = null, fallbacks = {}, timeouts = noTimeouts, stickyBy = null, queue, hedge } = policy ?? {};
  const { promptAffinity = true, shadow, continuation = null } = policy ?? {};
  return {
    retries: retries && {
      ...{ attempts_per_target: retries.attemptsPerTarget, attempts: retries.attempts, on: [...retries.on] },
      ...{ backoff_ms: retries.backoffMs, max_backoff_ms: retries.maxBackoffMs },
      max_retry_after_ms: retries.maxRetryAfterMs,
    },
    fallbacks: {
      ...{ any: [...(fallbacks.any ?? [])], context_length: [...(fallbacks.context_length ?? [])] },
      ...{ content_filter: [...(fallbacks.content_filter ?? [])], rate_limit: [...(fallbacks.rate_limit ?? [])] },
    },
    timeouts: toApiTimeouts(timeouts),
    sticky_by: stickyBy,
    queue: queue ? { max_wait_ms: queue.maxWaitMs, max_waiting: queue.maxWaiting } : null,
    hedge: hedge ? { after_ms: hedge.afterMs, most_percent: hedge.mostPercent } : null,
    continuation: continuation && { attempts: continuation.attempts },
    prompt_affinity: promptAffinity,
    shadow: shadow ? { to: shadow.to, percent: shadow.percent, max_concurrent: shadow.maxConcurrent } : null,
  };
}

/** What of a body is of the policy, and what is left of it. */
export function takePolicy<Whole extends Given>(
  body: Whole,
): { readonly said: Given; readonly rest: Omit<Whole, keyof Given> } {
  const { retries, fallbacks, timeouts, sticky_by, queue, hedge, continuation, prompt_affinity, shadow, ...rest } =
    body;
  const further = { queue, hedge, continuation, prompt_affinity, shadow };
  return { said: { retries, fallbacks, timeouts, sticky_by, ...further }, rest };
}

/** Undefined: it stays as it is. */
export function toPolicy(given: Given, before: AliasPolicy | null): AliasPolicy | null | undefined {
  const { retries, fallbacks, timeouts, sticky_by: stickyBy, queue, hedge, prompt_affinity: affinity, shadow } = given;
  const { continuation } = given;
  if (Object.values(given).every((one) => one === undefined)) return undefined;
  const stays = affinity ?? before?.promptAffinity ?? true;
  return policyOf({
    shadow: shadow === undefined ? (before?.shadow ?? null) : toShadow(shadow),
    ...(!stays && { promptAffinity: false as const }),
    retries: retries === undefined ? (before?.retries ?? null) : toRetries(retries),
    fallbacks: fallbacks ?? before?.fallbacks ?? {},
    timeouts: timeouts === undefined ? (before?.timeouts ?? noTimeouts) : toTimeouts(timeouts),
    stickyBy: stickyBy === undefined ? (before?.stickyBy ?? null) : stickyBy,
    queue: queue === undefined ? (before?.queue ?? null) : toQueue(queue),
    hedge: hedge === undefined ? (before?.hedge ?? null) : toHedge(hedge),
    continuation: continuation === undefined ? (before?.continuation ?? null) : continuation,
  });
}

function toRetries(given: NonNullable<Given["retries"]> | null): AliasPolicy["retries"] {
  return (
    given && {
      ...{ attemptsPerTarget: given.attempts_per_target, attempts: given.attempts, on: [...new Set(given.on)] },
      ...{ backoffMs: given.backoff_ms, maxBackoffMs: given.max_backoff_ms },
      maxRetryAfterMs: given.max_retry_after_ms,
    }
  );
}

export function toApiTimeouts({ connectMs, firstTokenMs, idleMs, totalMs }: AliasTimeouts) {
  return { connect_ms: connectMs, first_token_ms: firstTokenMs, idle_ms: idleMs, total_ms: totalMs };
}

function toTimeouts(given: NonNullable<Given["timeouts"]>): AliasPolicy["timeouts"] {
  const { connect_ms: connectMs, first_token_ms: firstTokenMs, idle_ms: idleMs, total_ms: totalMs } = given;
  return { connectMs, firstTokenMs, idleMs, totalMs };
}

function toQueue(given: NonNullable<Given["queue"]> | null): QueuePolicy | null {
  return given && { maxWaitMs: given.max_wait_ms, maxWaiting: given.max_waiting };
}

function toShadow(given: NonNullable<Given["shadow"]> | null): ShadowPolicy | null {
  return given && { to: given.to, percent: given.percent, maxConcurrent: given.max_concurrent };
}

function toHedge(given: NonNullable<Given["hedge"]> | null): HedgePolicy | null {
  return given && { afterMs: given.after_ms, mostPercent: given.most_percent };
}

/** Nobody is there to be asked beside the only target. */
export function refuseHedge(targets: readonly unknown[], policy: AliasPolicy | null): void {
  if (policy?.hedge && targets.length < 2)
    throw invalid("hedge", "A second target is asked beside the first one: name two, or leave it null");
}

/** What draws no target has none to stay with. */
export function refuseSticky(strategy: AliasRow["strategy"], policy: AliasPolicy | null): void {
  if (policy?.stickyBy && strategy !== "weighted")
    throw invalid(
      "sticky_by",
      "Only the strategy `weighted` draws a target to stay with: leave it null with all others",
    );
}

export interface Led {
  /** As it is to be. */
  readonly name: string;
  /** Null: it is new. */
  readonly id: string | null;
  readonly teamId: string | null;
  readonly team: Pick<TeamRow, "models"> | null;
  readonly policy: AliasPolicy | null;
}

/** A name may go later, and is then left out; but one that is unknown now is a slip of the pen. None leads back. */
export async function refuseFallbacks(store: Pick<Store, "aliases" | "providers">, led: Led): Promise<void> {
  const fallbacks: Fallbacks = led.policy?.fallbacks ?? {};
  const shadow = led.policy?.shadow?.to ?? null;
  if (Object.keys(fallbacks).length === 0 && shadow === null) return;
  const known = await knownTo(store, led);
  const shadowFault = shadow === null ? null : faultOf(shadow, known);
  if (shadowFault !== null) throw invalid("shadow.to", shadowFault);
  for (const reason of fallbackReasons)
    for (const [place, name] of (fallbacks[reason] ?? []).entries()) {
      const fault = faultOf(name, known);
      if (fault !== null) throw invalid(`fallbacks.${reason}[${place}]`, fault);
    }
}

/** All that a name of it may stand for. */
export async function knownTo(store: Pick<Store, "aliases" | "providers">, led: Led): Promise<Known> {
  const all = await store.aliases.list(null, "all");
  const seen = all.filter(({ id, teamId }) => id !== led.id && (teamId === null || teamId === led.teamId));
  const providers = new Set((await store.providers.list()).map(({ name }) => name));
  return { led, seen, providers };
}

export interface Known {
  readonly led: Led;
  readonly seen: readonly AliasRow[];
  readonly providers: ReadonlySet<string>;
}

/** What is wrong with it; null: the alias may lead there. */
export function faultOf(name: string, { led, seen, providers }: Known): string | null {
  if (name === led.name) return "It is this alias itself: name another one";
  if (isPattern(name)) return "A star stands for no name here: write one out";
  const alias = seen.find((one) => one.name === name);
  const models = led.team?.models ?? null;
  if (alias !== undefined) {
    if (leadsTo(alias, led.name, seen)) return `${name} leads back to this alias`;
    const isWithin = models === null || alias.teamId !== null || isNamed(models, name) || isWhole(models, alias);
    return isWithin ? null : `The team may not use ${name}`;
  }
  const slash = name.indexOf("/");
  const [provider, model] = [name.slice(0, Math.max(0, slash)), name.slice(slash + 1)];
  if (slash < 1 || model === "" || !providers.has(provider)) return `There is no alias or provider/model '${name}'`;
  return models === null || isTargetNamed(models, { provider, model }) ? null : `The team may not use ${name}`;
}

function isWhole(models: readonly string[], { targets }: AliasRow): boolean {
  return targets.every((target) => isTargetNamed(models, target));
}

/** By any of its lists, over however many others. */
function leadsTo(from: AliasRow, name: string, all: readonly AliasRow[]): boolean {
  const known = new Set<string>();
  const open = [from];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const next of Object.values(one.policy?.fallbacks ?? {}).flat()) {
      if (next === name) return true;
      if (known.has(next)) continue;
      known.add(next);
      open.push(...all.filter((other) => other.name === next));
    }
  }
  return false;
}
