import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import type { Budget } from "#api/queries.ts";
import { sharesOf } from "#budgets/budget-shares.ts";
import { basisWords, forecastWords } from "#budgets/budget-words.ts";
import { formatCap, formatMoney } from "#format/money.ts";
import { Meter } from "#parts/meter.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { useNow } from "#parts/values.tsx";

const most = 5;
/** Levels are told as they are reached; how far each has come meanwhile is not as urgent. */
const freshMs = 60_000;

/** Who has a budget may be in several teams, or in none. */
export function BudgetsPanel({ isOfTeam }: { readonly isOfTeam: boolean }) {
  const { queries } = useApi();
  const budgets = useQuery({ ...queries.budgets({ limit: most, order_by: "share" }), refetchInterval: freshMs });
  const all = (
    <Link to="/budgets" className="text-muted hover:text-text">
      All
    </Link>
  );
  return (
    <Panel title="Budgets near their cap" note={isOfTeam ? "of all teams" : undefined} actions={all}>
      <Loaded query={budgets}>
        {({ data }) => {
          const held = data.filter(({ budget_usd: cap }) => cap !== null);
          if (held.length === 0) return <Empty>No key and no user has a budget.</Empty>;
          return held.map((one) => <Row key={one.id} budget={one} cap={one.budget_usd ?? "0"} />);
        }}
      </Loaded>
    </Panel>
  );
}

function Row({ budget, cap }: { readonly budget: Budget; readonly cap: string }) {
  const now = useNow();
  const { kind, id, name, spent_usd: spent, in_use: use, forecast, state } = budget;
  const words = `${formatMoney(spent)} of ${formatCap(cap)}`;
  const shares = sharesOf({ spent, budget: cap, reserved: use?.reserved_usd });
  return (
    <div className="border-b border-line px-4 py-2 last:border-0">
      <div className="mb-1.5 flex justify-between gap-3">
        <Link to="/budgets/$kind/$id" params={{ kind, id }} className="min-w-0 truncate hover:underline">
          {name} <span className="text-faint">{kind}</span>
        </Link>
        <span className="shrink-0">{words}</span>
      </div>
      <Meter {...shares} label={`${name}: ${words}`} />
      <p
        className={`mt-1 text-xs ${state === "reached" ? "text-bad" : "text-muted"}`}
        {...(forecast !== null && { title: basisWords(forecast) })}
      >
        {forecastWords(budget, now)}
      </p>
    </div>
  );
}
