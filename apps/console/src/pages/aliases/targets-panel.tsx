import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import type { Alias } from "#api/queries.ts";
import { formatCount, plural } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Panel } from "#parts/panel.tsx";
import { TargetState, targetWords, useTargetsNow } from "#providers/target-state.tsx";

/** Nothing for who may not see how providers are. */
export function TargetsPanel({ alias: { targets, strategy } }: { readonly alias: Alias }) {
  const now = useTargetsNow();
  if (now === null) return null;
  return (
    <Panel title="Targets now">
      <ol>
        {targets.map(({ provider, model, weight, limits }, at) => {
          const name = `${provider}/${model}`;
          const target = now.get(name);
          return (
            // The same may stand there twice.
            <li key={at} className="grid gap-0.5 border-b border-line px-4 py-2 last:border-0">
              <span className="flex justify-between gap-3">
                <span className="min-w-0 truncate font-mono text-xs leading-5">{name}</span>
                {strategy === "weighted" && <span className="text-muted">× {weight}</span>}
              </span>
              {limits !== null && <span className="text-muted">at most {limitTexts(limits)} of this alias</span>}
              {target === undefined ? (
                <span className="text-muted">not known: it is in no list of models of a provider in use</span>
              ) : (
                <span className="flex flex-wrap justify-between gap-x-3">
                  <TargetState target={target} />
                  <span className="text-muted">{targetWords(target)}</span>
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

function limitTexts(limits: NonNullable<Alias["targets"][number]["limits"]>): string {
  const { requests_per_minute: requests, tokens_per_minute: tokens, concurrent_requests: most } = limits;
  const said = [
    requests === null ? null : `${plural(requests, "request")} per minute`,
    tokens === null ? null : `${plural(tokens, "token")} per minute`,
    most === null ? null : `${plural(most, "request")} at a time`,
  ];
  return said.filter((one) => one !== null).join(", ");
}

const freshMs = 5_000;

/** Who waits for a target with room, where the alias has a queue. */
export function QueuePanel({ alias: { id, queue } }: { readonly alias: Alias }) {
  const { client } = useApi();
  const queues = useQuery({
    queryKey: ["queues"],
    queryFn: ({ signal }) => client.targets.queues({}, { signal }),
    enabled: queue !== null,
    refetchInterval: freshMs,
  });
  if (queue === null || queues.data === undefined) return null;
  const now = queues.data.data.find(({ alias_id: aliasId }) => aliasId === id);
  return (
    <Panel title="Queue now">
      <p className="px-4 py-3">
        {now === undefined
          ? "Nobody waits for a target."
          : `${plural(now.waiting, "request")} of ${formatCount(queue.max_waiting)} at the most, of ${plural(now.lines, "team or user", "teams or users")}; the longest for ${formatDuration(now.longest_wait_ms)}.`}
      </p>
    </Panel>
  );
}
