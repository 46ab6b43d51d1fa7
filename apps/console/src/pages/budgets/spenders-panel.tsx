import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import type { Budget, UsageSeries } from "#api/queries.ts";
import { budgetKindOf, budgetKinds } from "#budgets/budget-kinds.ts";
import { formatMoney } from "#format/money.ts";
import { formatShare, plural } from "#format/number.ts";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";

const most = 6;
const titles = { model: "Models", key: "Keys" } as const;

interface SpendersPanelProps {
  readonly budget: Budget;
  readonly by: keyof typeof titles;
}

/** Who, or what, spends the budget: since it began. */
export function SpendersPanel({ budget, by }: SpendersPanelProps) {
  const { queries } = useApi();
  const { kind, begins_at: from } = budget;
  const who = budgetKinds[budgetKindOf(kind)].usageOf(budget);
  const query = { ...who, group_by: by, bucket: "none", top: most } as const;
  const series = useQuery(queries.series(["budget", from], query, () => ({ from, to: new Date().toISOString() })));
  return (
    <Panel title={titles[by]} note="by what they cost">
      <Loaded query={series}>{(data) => <Spenders {...{ budget, by }} series={data} />}</Loaded>
    </Panel>
  );
}

function Spenders({ budget, by, series }: SpendersPanelProps & { readonly series: UsageSeries }) {
  const whole = Number(series.sum.total.cost_usd);
  const groups = series.groups.filter(({ total }) => total.requests > 0);
  if (groups.length === 0) return <Empty>There were no requests yet.</Empty>;
  return (
    <ol>
      {groups.map(({ key: [value = ""], labels: [label = ""], is_rest: isRest, total }) => {
        const share = whole === 0 ? 0 : Number(total.cost_usd) / whole;
        const name = isRest ? "all others" : label || "none";
        return (
          <li key={isRest ? "" : value} className="relative border-b border-line px-4 py-2 last:border-0">
            <span
              aria-hidden
              className="absolute inset-y-0 left-0 bg-accent-soft"
              style={{ width: `${(share * 100).toFixed(1)}%` }}
            />
            <span className="relative flex items-baseline gap-3">
              <span className={`min-w-0 flex-1 truncate ${by === "model" && !isRest ? "font-mono text-xs" : ""}`}>
                {isRest || value === "" ? name : <RequestsOf {...{ budget, by, value, name }} />}
              </span>
              <span className="text-xs text-muted">{plural(total.requests, "request")}</span>
              <span className="w-12 text-right text-xs text-muted">{formatShare(share)}</span>
              <span className="w-16 text-right" title={`$${total.cost_usd}`}>
                {formatMoney(total.cost_usd)}
              </span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

interface RequestsOfProps extends SpendersPanelProps {
  readonly value: string;
  readonly name: string;
}

function RequestsOf({ budget, by, value, name }: RequestsOfProps) {
  const whose = budgetKinds[budgetKindOf(budget.kind)].requestsOf(budget);
  return (
    <Link to="/requests" search={{ ...whose, [by]: value, range: "30d" }} className="hover:underline">
      {name}
    </Link>
  );
}
