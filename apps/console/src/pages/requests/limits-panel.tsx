// What a request was held to when it was admitted.

import type { RequestDetail } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { Facts, Panel } from "#parts/panel.tsx";

type Why = RequestDetail["why"];
type Limit = Why["limits"][number];

export function LimitsPanel({ why: { limits, held_usd: held, capped } }: { readonly why: Why }) {
  if (limits.length === 0 && capped === null) return null;
  return (
    <Panel title="Held to" note="what was left before">
      <Facts
        facts={limits.map((limit, at) => [
          `${limit.scope}: ${whatOf(limit)}`,
          <span key={at} className="block text-right" title={limit.name ?? undefined}>
            {leftOf(limit)}
          </span>,
        ])}
      />
      {held !== null && (
        <p className="border-t border-line px-4 py-2 text-muted">
          {formatMoney(held)} were held against budgets until it ended: the most that it could cost.
        </p>
      )}
      {capped !== null && (
        <p className="border-t border-line px-4 py-2 text-muted">
          The budget of the {capped.scope}
          {capped.period === null ? "" : ` (${capped.period})`} had no room: another alias answered.
        </p>
      )}
    </Panel>
  );
}

function whatOf({ what, period }: Limit): string {
  if (what === "concurrency") return "running at a time";
  if (what === "budget") return period === null ? "budget" : `budget, ${period}`;
  return `${what} a ${period ?? "minute"}`;
}

function leftOf({ limit, left, limit_usd: limitUsd, left_usd: leftUsd }: Limit): string {
  if (limitUsd !== null && leftUsd !== null) return `${formatMoney(leftUsd)} of ${formatMoney(limitUsd)}`;
  return `${formatCount(left ?? 0)} of ${formatCount(limit ?? 0)}`;
}
