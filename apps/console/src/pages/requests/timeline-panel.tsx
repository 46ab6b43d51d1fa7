import type { RequestDetail } from "#api/queries.ts";
import { formatDuration } from "#format/time.ts";
import { Panel } from "#parts/panel.tsx";
import { barsOf } from "./timeline.ts";
import type { Bar } from "./timeline.ts";

const colours: Readonly<Record<Bar["kind"], string>> = {
  answered: "bg-accent",
  left: "bg-bad",
  first: "bg-info",
  plain: "bg-line-strong",
  rest: "bg-line-strong",
};

export function TimelinePanel({ detail: { record, why } }: { readonly detail: RequestDetail }) {
  const bars = barsOf(record, why);
  const end = Math.max(1, ...bars.map(({ to }) => to));
  return (
    <Panel
      title="What happened"
      note="since the request arrived"
      actions={<span className="text-muted">{formatDuration(record.latency_ms)}</span>}
    >
      <ol className="px-4 py-3">
        {bars.map((bar, at) => (
          <li
            key={at}
            className="grid h-[25px] grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)_60px] sm:grid-cols-[minmax(0,260px)_minmax(0,1fr)_76px] items-center gap-3"
          >
            <span className={`truncate ${bar.isPart === true ? "pl-2 text-muted" : ""}`} title={bar.label}>
              {bar.label}
            </span>
            <Track bar={bar} end={end} />
            <span className="text-right text-muted">{bar.told}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(2)}%`;

function Track({ bar: { from, to, kind }, end }: { readonly bar: Bar; readonly end: number }) {
  const start = from ?? to;
  return (
    <span aria-hidden className="relative h-3.5 overflow-hidden">
      <span
        className={`absolute inset-y-0 min-w-[3px] rounded-[3px] ${colours[kind]}`}
        style={{ left: `min(${percent(start, end)}, calc(100% - 3px))`, width: percent(to - start, end) }}
      />
    </span>
  );
}
