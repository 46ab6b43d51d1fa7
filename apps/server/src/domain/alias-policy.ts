// What an alias says about failures of its targets, about time, and about who is to stay with one. Written in control, heeded by the
// gateway's flow.

import { fallbackReasons } from "@ghostllm/contract";
import type { FallbackReason, RetriedFailure } from "@ghostllm/contract";

export interface RetryPolicy {
  /** At one target. */
  readonly attemptsPerTarget: number;
  /** At all together, those of fallbacks too. */
  readonly attempts: number;
  /** After which failures the same target is asked again. */
  readonly on: readonly RetriedFailure[];
  /** Before the first time; from then on twice as long each time. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /** A vendor that asks to be left alone for longer is not waited for. */
  readonly maxRetryAfterMs: number;
}

/** What an alias, a key or a request says. Null: the server's. Those of the server hold as well: the shorter one counts. */
export interface AliasTimeouts {
  readonly connectMs: number | null;
  readonly firstTokenMs: number | null;
  readonly idleMs: number | null;
  /** Of the whole request, whichever targets are asked. */
  readonly totalMs: number | null;
}

export type Fallbacks = Readonly<Partial<Record<FallbackReason, readonly string[]>>>;

/** How long requests wait for a target that has room, and how many. */
export interface QueuePolicy {
  readonly maxWaitMs: number;
  /** Of all that ask for the alias. */
  readonly maxWaiting: number;
}

/** With the alias that says it. */
export interface AliasQueue extends QueuePolicy {
  readonly aliasId: string;
  /** Its name. */
  readonly alias: string;
}

/** Where the first target is slow to begin, a second one is asked beside it. */
export interface HedgePolicy {
  readonly afterMs: number;
  /** Of a hundred attempts at its targets, beside so many others may be asked. */
  readonly mostPercent: number;
}

/** With the alias that says it. */
export interface AliasHedge extends HedgePolicy {
  readonly aliasId: string;
  /** Its name. */
  readonly alias: string;
}

/** A stream that breaks off behind its first words is gone on with by another target. */
export interface ContinuationPolicy {
  /** So often in a request. */
  readonly attempts: number;
}

/** A share of the requests is asked of a second target as well, whose answers nobody is told. */
export interface ShadowPolicy {
  /** An alias, or `provider/model`. */
  readonly to: string;
  readonly percent: number;
  /** At a time, in each process; what is over it is not copied. */
  readonly maxConcurrent: number;
}

/** With the alias that says it. */
export interface AliasShadow extends ShadowPolicy {
  readonly aliasId: string;
  /** Its name. */
  readonly alias: string;
}

export interface AliasPolicy {
  /** Null: each target once, and the last one twice. */
  readonly retries: RetryPolicy | null;
  /** Names of models and aliases, in the order in which they are tried. */
  readonly fallbacks: Fallbacks;
  readonly timeouts: AliasTimeouts;
  /** Whose requests go to the same target first, as long as the weights are what they are; null: each is drawn anew. */
  readonly stickyBy: "user" | null;
  /** Absent or null: what finds all targets full is refused. */
  readonly queue?: QueuePolicy | null;
  /** Absent or null: targets are asked one after the other alone. */
  readonly hedge?: HedgePolicy | null;
  /** Absent or null: nothing is asked twice. */
  readonly shadow?: ShadowPolicy | null;
  /** Absent or null: a stream that breaks off has failed. */
  readonly continuation?: ContinuationPolicy | null;
  /** False: a conversation goes to no target for the reason alone that this has answered it before. Absent: it does. */
  readonly promptAffinity?: false;
}

export const noTimeouts: AliasTimeouts = { connectMs: null, firstTokenMs: null, idleMs: null, totalMs: null };

export function saysNothing(timeouts: AliasTimeouts): boolean {
  return Object.values(timeouts).every((ms) => ms === null);
}

/** Of each the shorter one. */
export function shorterOf(one: AliasTimeouts, other: AliasTimeouts): AliasTimeouts {
  return {
    connectMs: shorter(one.connectMs, other.connectMs),
    firstTokenMs: shorter(one.firstTokenMs, other.firstTokenMs),
    idleMs: shorter(one.idleMs, other.idleMs),
    totalMs: shorter(one.totalMs, other.totalMs),
  };
}

function shorter(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Null, where it says nothing. */
export function policyOf({ retries, fallbacks, timeouts, stickyBy, ...more }: AliasPolicy): AliasPolicy | null {
  const { queue = null, hedge = null, shadow = null, continuation = null, promptAffinity = null } = more;
  const lists = fallbackReasons.map((reason) => [reason, fallbacks[reason] ?? []] as const);
  const told = Object.fromEntries(lists.filter(([, names]) => names.length > 0));
  const isSilent =
    saysNothing(timeouts) &&
    [retries, stickyBy, queue, hedge, shadow, continuation, promptAffinity].every((part) => part === null);
  if (isSilent && Object.keys(told).length === 0) return null;
  const staying = { ...(promptAffinity !== null && { promptAffinity }), ...(shadow !== null && { shadow }) };
  const going = { ...(continuation !== null && { continuation }) };
  const further = { ...going, ...(queue !== null && { queue }), ...(hedge !== null && { hedge }), ...staying };
  return { retries, fallbacks: told, timeouts, stickyBy, ...further };
}
