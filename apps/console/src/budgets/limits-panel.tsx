import type { ReactNode } from "react";
import type { Budget } from "#api/queries.ts";
import { formatCap, formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { windowLimits } from "#parts/limit-names.ts";
import type { Limits } from "#parts/limit-names.ts";
import { Meter } from "#parts/meter.tsx";
import { Panel } from "#parts/panel.tsx";

type WindowLimit = (typeof windowLimits)[number];

interface LimitsPanelProps {
  readonly limits: Limits;
  /** Null where it is not known. */
  readonly inUse: Budget["in_use"];
  readonly actions?: ReactNode;
}

/** What is in use of each limit, where that is known. Of cost, hours and days only what is limited is shown. */
export function LimitsPanel({ limits, inUse: now, actions }: LimitsPanelProps) {
  const shown = windowLimits.filter(({ limit, thing, window }) => {
    return limits[limit] !== null || (window === "minute" && thing !== "cost_usd");
  });
  return (
    <Panel title="Limits" note={now === null ? "what is in use is not known" : "in use now"} actions={actions}>
      {shown.map((line) => (
        <LimitLine
          key={line.limit}
          name={line.name}
          per={line.words}
          most={limits[line.limit]}
          used={usedOf(now, line)}
          format={line.thing === "cost_usd" ? formatUsd : formatCount}
        />
      ))}
      <LimitLine
        name="At once"
        per="running now"
        most={limits.concurrent_requests}
        used={now?.running ?? null}
        format={formatCount}
      />
    </Panel>
  );
}

/** What was spent within a minute is not told. */
function usedOf(now: Budget["in_use"], { thing, window }: WindowLimit): number | null {
  if (now === null) return null;
  if (window !== "minute") return now[window] === null ? null : Number(now[window][thing]);
  return thing === "cost_usd" ? null : now[thing];
}

function formatUsd(amount: number): string {
  return amount >= 1 ? formatCap(String(amount)) : formatMoney(amount);
}

interface LimitLineProps {
  readonly name: string;
  readonly per: string;
  /** Null is unlimited. */
  readonly most: number | string | null;
  readonly used: number | null;
  readonly format: (value: number) => string;
}

function LimitLine({ name, per, most, used, format }: LimitLineProps) {
  const limit = most === null ? "unlimited" : format(Number(most));
  const words = used === null ? limit : `${format(used)} ${most === null ? "·" : "of"} ${limit}`;
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
          <Meter share={used / Number(most)} label={`${name} ${per}: ${words}`} />
        </div>
      )}
    </div>
  );
}
