// Which requests are traced, by the rules of OpenTelemetry's samplers.

import type { TraceSettings } from "#config/observing.ts";
import type { ToldContext } from "./trace-context.ts";

export type Sampler = (traceId: string, parent: ToldContext | null) => boolean;

/** Of a trace id these digits are random (W3C Trace Context, level 2). */
const randomDigits = 14;
const randomRange = 2 ** 52;

/** `parentbased`: who began the trace has decided for all of it. */
export function samplerOf({ sampler, ratio }: Pick<TraceSettings, "sampler" | "ratio">): Sampler {
  const isByParent = sampler.startsWith("parentbased_");
  const own = ownSampler(sampler.replace("parentbased_", ""), ratio);
  if (!isByParent) return own;
  return (traceId, parent) => (parent === null ? own(traceId, null) : (Number.parseInt(parent.flags, 16) & 1) === 1);
}

function ownSampler(name: string, ratio: number): Sampler {
  if (name === "always_off") return () => false;
  if (name === "always_on" || ratio >= 1) return () => true;
  const threshold = (1 - ratio) * randomRange;
  // Every server that samples so keeps the same traces.
  return (traceId) => Number.parseInt(traceId.slice(-randomDigits, -1), 16) >= threshold;
}
