// How a model of a provider is at the moment: whether it is asked, why not and until when, and what is with it.

import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { TargetNow } from "#api/queries.ts";
import { formatShort } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Status } from "#parts/status.tsx";
import type { Tone } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";

const freshMs = 10_000;

/** By `provider/model`; null where the caller may not see it, and until it is known. */
export function useTargetsNow(): ReadonlyMap<string, TargetNow> | null {
  const { queries } = useApi();
  const { may } = useCaller();
  const targets = useQuery({ ...queries.targets, enabled: may("providers.read"), refetchInterval: freshMs });
  if (targets.data === undefined) return null;
  return new Map(targets.data.items.map((target) => [`${target.provider}/${target.model}`, target]));
}

const states: Readonly<Record<string, readonly [tone: Tone, words: string]>> = {
  closed: ["good", "ready"],
  open: ["warn", "resting"],
  half_open: ["info", "being tried"],
  parked: ["bad", "parked"],
};

const reasons: Readonly<Record<string, string>> = {
  failures: "failed again and again",
  failure_rate: "too much of it failed",
  slow: "too slow",
  rate_limit: "its vendor's limit",
  quota: "its account is out of money",
  credential: "its credential was refused",
};

/** A server that is newer may know other states and reasons: they are told as they are. */
export function TargetState({ target: { state, reason, until } }: { readonly target: TargetNow }) {
  const [tone, words] = states[state] ?? ["off", state];
  return (
    <span className="inline-flex flex-wrap items-baseline gap-x-2">
      <Status tone={tone}>{words}</Status>
      {reason !== null && <span className="text-muted">{reasons[reason] ?? reason}</span>}
      {until !== null && (
        <span className="text-muted">
          until <Time at={until} />
        </span>
      )}
    </span>
  );
}

/** What there is to say of it, `2 running · first word 380 ms · 120 requests left`. */
export function targetWords({ running, latency, left }: TargetNow): string {
  const fastest = latency.find(({ streamed }) => streamed) ?? latency[0];
  return [
    ...(running > 0 ? [`${formatShort(running)} running`] : []),
    ...(fastest === undefined ? [] : [`${fastest.streamed ? "first word" : "answer"} ${formatDuration(fastest.ms)}`]),
    ...(left.requests === null ? [] : [`${formatShort(left.requests.amount)} requests left`]),
    ...(left.tokens === null ? [] : [`${formatShort(left.tokens.amount)} tokens left`]),
  ].join(" · ");
}
