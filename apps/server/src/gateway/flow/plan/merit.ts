// What speaks for a target, for the strategy `auto`: what the request costs there, how soon it begins to answer, and how good it is held to be.
// Called by rank.ts. Invariant: a target's score says nothing of others, so that leaving one out changes the order of no two.

import { nanosPerUsd } from "@ghostllm/contract";
import { priceAt } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import type { Routing } from "#domain/routing/routing.ts";
import type { Target } from "#domain/snapshot.ts";
import type { TargetWork } from "#gateway/flow/ask/target-work.ts";
import { estimatedNanos } from "./estimated-cost.ts";
import type { CostInput } from "./estimated-cost.ts";

export interface MeritInput extends CostInput {
  readonly request: CostInput["request"] & { readonly operation: Operation; readonly stream: boolean };
  readonly work: TargetWork;
  /** By the monotonic clock. */
  readonly now: number;
  /** What the request says of it; absent or null: nothing. */
  readonly routing?: Routing | null;
}

export interface Merit {
  /** Nano-USD; null where no price is known. */
  readonly nanos: number | null;
  readonly waitMs: number;
  /** 0 to 100. */
  readonly quality: number;
  readonly isLocal: boolean;
}

export function meritOf(target: Target, input: MeritInput): Merit {
  const { request, work, now, time } = input;
  const { operation, stream } = request;
  const outputUsd = outputPriceOf(target, time);
  const foretoldMs = foretell(target, outputUsd);
  return {
    nanos: estimatedNanos(target, input),
    waitMs: work.foretoldMs({ target, operation, stream }, now, foretoldMs),
    quality: target.quality ?? supposedQuality(outputUsd),
    isLocal: target.provider.definition.free === true,
  };
}

/** USD for a million tokens; null where it is unknown. */
function outputPriceOf({ prices }: Target, time: number): number | null {
  const price = prices === null ? null : priceAt(prices, time);
  if (price === null) return null;
  return Math.max(price.output.base, price.input.base) / nanosPerUsd;
}

const unknownQuality = 30;

/** Nobody has said how good it is: dearer models are taken for better ones. */
function supposedQuality(outputUsd: number | null): number {
  if (outputUsd === null || outputUsd <= 0) return unknownQuality;
  return Math.round(Math.min(95, Math.max(5, 40 + 30 * Math.log10(outputUsd))));
}

/** Nobody has measured it: dearer models are larger, and those that think begin late. */
function foretell({ capabilities }: Target, outputUsd: number | null): number {
  const usual = outputUsd === null ? 1_000 : 300 + 40 * Math.min(outputUsd, 100);
  return capabilities?.thinking === true ? usual * 2 : usual;
}

/** What costs less than a hundredth of a cent costs nothing to speak of. */
const littleUsd = 0.0001;
/** In place of a price that nobody knows. */
const unknownUsd = 1;

/**
 * The higher, the better. A tenfold cost is worth 33 points of quality, ten times the wait 50.
 */
export function balanceOf({ nanos, waitMs, quality }: Merit): number {
  const usd = nanos === null ? unknownUsd : nanos / nanosPerUsd;
  return quality / 100 - Math.log10(usd + littleUsd) / 3 - Math.log10((waitMs + 10) / 1_000) / 2;
}

type Wish = Pick<Partial<Routing>, "prefer">;

/** By what the request prefers. The lower, the better; what is equal in that goes by the balance of all. */
export function burdenOf(merit: Merit, { prefer = null }: Wish): number {
  if (prefer === "cost") return merit.nanos ?? Infinity;
  if (prefer === "speed") return merit.waitMs;
  return prefer === "quality" ? -merit.quality : -balanceOf(merit);
}

/** To be told: in nano-USD, in ms, in points of quality, or the balance in thousandths. */
export function toldMerit(merit: Merit, { prefer = null }: Wish): number | null {
  if (prefer === "cost") return merit.nanos;
  if (prefer === "speed") return merit.waitMs;
  return prefer === "quality" ? merit.quality : balanceOf(merit) * 1_000;
}
