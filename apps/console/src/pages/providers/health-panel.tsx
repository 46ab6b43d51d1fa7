import type { ReactNode } from "react";
import type { Provider } from "#api/queries.ts";
import { formatDuration } from "#format/time.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { HealthStrip, healthShare, LatencyStrip, stripHours, useStrips } from "#providers/health-strip.tsx";
import { TargetState, targetWords, useTargetsNow } from "#providers/target-state.tsx";
import type { ProviderGroup } from "#providers/health-strip.tsx";

/** Of what was asked of it: what came of it, and how long it took. */
export function HealthPanel({ provider: { id, name } }: { readonly provider: Provider }) {
  const series = useStrips(1, { filter: { provider_id: id } });
  return (
    <Panel title="Health" actions={<span className="text-xs text-muted">{stripHours} × 1 h</span>}>
      <Loaded query={series}>
        {({ groups: [group] }) =>
          group === undefined || group.total.requests === 0 ? (
            <Empty>It was not asked in two days.</Empty>
          ) : (
            <Strips group={group} />
          )
        }
      </Loaded>
      <Unwell provider={name} />
    </Panel>
  );
}

/** Its models that are not asked as any other, or had something to say of late. */
function Unwell({ provider }: { readonly provider: string }) {
  const targets = [...(useTargetsNow()?.values() ?? [])].filter(
    (target) => target.provider === provider && (target.state !== "closed" || target.running > 0),
  );
  if (targets.length === 0) return null;
  return (
    <ul className="grid gap-1.5 border-t border-line px-4 py-3">
      {targets.map((target) => (
        <li key={target.model_id} className="flex flex-wrap justify-between gap-x-3">
          <span className="min-w-0 truncate font-mono text-xs leading-5">{target.model}</span>
          <TargetState target={target} />
          <span className="text-muted">{targetWords(target)}</span>
        </li>
      ))}
    </ul>
  );
}

function Strips({ group }: { readonly group: ProviderGroup }) {
  const { latency_ms: time, ttft_ms: firstToken } = group.total;
  const times = time === null ? "not measured" : `${formatDuration(time.p50)} p50 · ${formatDuration(time.p95)} p95`;
  return (
    <div className="grid gap-3 px-4 py-3">
      <Line name="Succeeded" words={healthShare(group)} strip={<HealthStrip group={group} />} />
      <Line name="Time" words={times} strip={<LatencyStrip group={group} />} />
      {firstToken !== null && (
        <Line
          name="First token"
          words={`${formatDuration(firstToken.p50)} p50 · ${formatDuration(firstToken.p95)} p95`}
        />
      )}
    </div>
  );
}

interface LineProps {
  readonly name: string;
  readonly words: string;
  readonly strip?: ReactNode;
}

function Line({ name, words, strip }: LineProps) {
  return (
    <div className="grid gap-1">
      <p className="flex justify-between gap-3">
        <span className="text-muted">{name}</span>
        {words}
      </p>
      {strip}
    </div>
  );
}
