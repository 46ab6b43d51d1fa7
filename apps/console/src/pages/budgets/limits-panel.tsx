import type { Budget } from "#api/queries.ts";
import { formatCount } from "#format/number.ts";
import { Meter } from "#parts/meter.tsx";
import { Panel } from "#parts/panel.tsx";

/** Of hours and days only what is limited is shown. */
const longLines = [
  { name: "Requests", per: "in an hour", window: "hour", limit: "requests_per_hour", use: "requests" },
  { name: "Requests", per: "in a day", window: "day", limit: "requests_per_day", use: "requests" },
  { name: "Tokens", per: "in an hour", window: "hour", limit: "tokens_per_hour", use: "tokens" },
  { name: "Tokens", per: "in a day", window: "day", limit: "tokens_per_day", use: "tokens" },
] as const;

const lines = [
  { name: "Requests", per: "in 60 seconds", limit: "requests_per_minute", use: "requests" },
  { name: "Tokens", per: "in 60 seconds", limit: "tokens_per_minute", use: "tokens" },
  { name: "At once", per: "running now", limit: "concurrent_requests", use: "running" },
] as const;

/** What is in use of each limit, where that is known. */
export function LimitsPanel({ budget: { limits, in_use: now } }: { readonly budget: Budget }) {
  return (
    <Panel title="Limits" note={now === null ? "what is in use is not known" : "in use now"}>
      {lines.map(({ name, per, limit, use }) => (
        <LimitLine key={limit} {...{ name, per }} most={limits[limit]} used={now?.[use] ?? null} />
      ))}
      {longLines
        .filter(({ limit }) => limits[limit] !== null)
        .map(({ name, per, window, limit, use }) => (
          <LimitLine key={limit} {...{ name, per }} most={limits[limit]} used={now?.[window]?.[use] ?? null} />
        ))}
    </Panel>
  );
}

interface LimitLineProps {
  readonly name: string;
  readonly per: string;
  /** Null is unlimited. */
  readonly most: number | null;
  readonly used: number | null;
}

function LimitLine({ name, per, most, used }: LimitLineProps) {
  const limit = most === null ? "unlimited" : formatCount(most);
  const words = used === null ? limit : `${formatCount(used)} ${most === null ? "·" : "of"} ${limit}`;
  return (
    <div className="border-b border-line px-4 py-2 last:border-0">
      <div className="flex justify-between gap-3">
        <span>
          {name} <span className="text-faint">{per}</span>
        </span>
        <span className={most === null ? "text-muted" : ""}>{words}</span>
      </div>
      {most !== null && used !== null && (
        <div className="mt-1.5">
          <Meter share={used / most} label={`${name} ${per}: ${words}`} />
        </div>
      )}
    </div>
  );
}
