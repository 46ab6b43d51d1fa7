// By what an attempt is admitted beside its request: the limits and budgets of its provider, and what attempts before it came to. Called by
// attempts.ts.

import type { GhostError } from "@ghostllm/contract";
import type { Awaitable } from "#domain/clock.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Terms } from "#gateway/flow/admit.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import type { Tried } from "#gateway/flow/tried.ts";
import type { Line } from "./lifeline.ts";
import { nothing, ProviderHolds } from "./provider-holds.ts";
import type { CameTo, PassedOver } from "./provider-holds.ts";
import { costOfUnanswered } from "./unanswered.ts";

export interface AdmittedInput {
  readonly lifeline: Pick<Line, "exchange">;
  readonly trail: Trail;
  /** By which the providers that are asked admit it. */
  readonly terms: Terms;
}

export type AdmitDeps = Pick<GatewayDeps, "clock" | "events" | "counters">;

/** What is held against budgets for one attempt, in nano-USD; 0 where there are none. It grows where a dearer target is asked. */
export interface Reserve {
  nanos: number;
}

/** Null: its provider has no limits and no budgets, or room for one more attempt. What the last attempt held is given back before. */
export function admitAtProvider(
  deps: AdmitDeps,
  input: AdmittedInput,
  target: Target,
  ofLeg: LimitedScope | null = null,
): Awaitable<PassedOver | null> {
  const { scope: own = null, inAlias = null, provider } = target;
  const { scope = null } = provider;
  const isFree = scope === null && own === null && inAlias === null && ofLeg === null;
  if (isFree && input.trail.providers === null) return null;
  return admitHeld(deps, input, target, heldBy(target, ofLeg));
}

function heldBy({ provider, scope, inAlias }: Target, ofLeg: LimitedScope | null): readonly LimitedScope[] {
  return [provider.scope, scope, inAlias, ofLeg].filter((one) => one !== null && one !== undefined);
}

async function admitHeld(
  deps: AdmitDeps,
  { trail, terms, lifeline }: AdmittedInput,
  target: Target,
  held: readonly LimitedScope[],
): Promise<PassedOver | null> {
  trail.providers ??= new ProviderHolds(deps, terms);
  const holds = trail.providers;
  await holds.close(cameTo(trail, trail.last, deps.clock.now()));
  const passedOver = held.length === 0 ? null : await holds.admit(target, held);
  if (passedOver !== null)
    trail.passOver(target, passedOver.reason, deps.clock.monotonic(), lifeline.exchange.elapsedMs());
  return passedOver;
}

/** Nobody is kept out by an attempt that is over while the next one is waited for. */
export async function giveUpRoom({ clock }: AdmitDeps, { trail }: AdmittedInput): Promise<void> {
  await trail.providers?.close(cameTo(trail, trail.last, clock.now()));
}

/** Beside an attempt that goes on. False: there is no room for it, or nobody could say afterwards what it came to. */
export async function admitBeside(
  deps: AdmitDeps,
  { trail, terms }: AdmittedInput,
  target: Target,
  ofLeg: LimitedScope | null,
): Promise<boolean> {
  const held = heldBy(target, ofLeg);
  if (held.length === 0) return true;
  trail.providers ??= new ProviderHolds(deps, terms);
  return trail.providers.admitBeside(target, held);
}

/** An attempt that was not the client's answer. */
export function cameTo(trail: Trail, tried: Tried | null, now: number): CameTo {
  const unanswered = tried === null ? null : trail.unansweredOf(tried);
  if (unanswered === null) return nothing;
  const { promptTokens, completionTokens } = unanswered.usage;
  const costNanos = trail.providers?.readsUnseen === true ? null : costOfUnanswered(unanswered, now);
  return { tokens: promptTokens + completionTokens, costNanos };
}

/** Who helps first. */
export function sooner(one: GhostError | null, other: GhostError): GhostError {
  const wait = ({ retryAfterSeconds }: GhostError): number => retryAfterSeconds ?? Infinity;
  return one === null || wait(other) < wait(one) ? other : one;
}

interface Affording extends Pick<AdmittedInput, "trail"> {
  readonly requestId: string;
  readonly reserve: Reserve;
  /** No estimate can be made of what a lost attempt cost. */
  readonly readsUnseen: boolean;
}

/** What was reserved is enough for one attempt: what others came to since the one of that number must be held beside it. */
export async function canAffordAnother(
  deps: Pick<GatewayDeps, "clock" | "counters">,
  { requestId: id, reserve: { nanos: reservedNanos }, readsUnseen, trail }: Affording,
  since: number,
): Promise<boolean> {
  const others = trail.unanswered.filter(({ attempt }) => attempt > since);
  if (reservedNanos === 0 || others.length === 0) return true;
  const now = deps.clock.now();
  const costs = others.map((one) => (readsUnseen ? null : costOfUnanswered(one, now)) ?? reservedNanos);
  const costNanos = costs.reduce((sum, cost) => sum + cost, 0);
  return (await deps.counters.extend({ id, costNanos })) >= costNanos;
}
