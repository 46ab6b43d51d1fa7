import type { Budget } from "#api/queries.ts";
import { BudgetMeter } from "#budgets/budget-meter.tsx";
import { basisWords, forecastWords, stateOf } from "#budgets/budget-words.ts";
import { formatMoney } from "#format/money.ts";
import { formatShort } from "#format/number.ts";
import { windowLimits } from "#parts/limit-names.ts";
import type { LimitName } from "#parts/limit-names.ts";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { useNow } from "#parts/values.tsx";

type BudgetColumn = Column<Budget>;

/** Those that can be sorted by have the names of the server's orders. */
export function budgetColumns(knowsOthers: boolean): readonly BudgetColumn[] {
  const owner = textColumn<Budget>({ id: "owner", header: "Owner", value: ({ user_email }) => user_email ?? "" });
  return [
    name,
    state,
    share,
    money({ id: "left", header: "Left", isUnsorted: true }, ({ left_usd }) => left_usd),
    forecast,
    ...(knowsOthers ? [{ ...owner, isUnsorted: true } as const] : []),
    inUse({ id: "rpm", header: "Requests / min" }, "requests_per_minute", (now) => now.requests),
    inUse({ id: "tpm", header: "Tokens / min" }, "tokens_per_minute", (now) => now.tokens),
    inUse({ id: "at-once", header: "At once" }, "concurrent_requests", (now) => now.running),
    ...longLimits,
    money({ id: "rate", header: "Per day", isUnsorted: true, isHidden: true }, (budget) => {
      return budget.forecast?.per_day_usd ?? null;
    }),
    money({ id: "reserved", header: "Reserved", isUnsorted: true, isHidden: true }, ({ in_use }) =>
      in_use === null ? null : in_use.reserved_usd,
    ),
    money({ id: "spent", header: "Spent", isHidden: true }, ({ spent_usd }) => spent_usd),
    money({ id: "budget", header: "Cap", isHidden: true }, ({ budget_usd }) => budget_usd),
    { ...begins, isUnsorted: true, isHidden: true },
    { ...ends, isUnsorted: true, isHidden: true },
  ];
}

const name: BudgetColumn = {
  id: "name",
  header: "Name",
  value: (budget) => budget.name,
  cell: ({ kind, name: called, public_id: publicId }) => (
    <span className="flex max-w-64 items-baseline gap-1.5" title={publicId ?? called}>
      <span className="truncate font-medium">{called}</span>
      <span className="text-faint">{kind}</span>
    </span>
  ),
};

const state: BudgetColumn = {
  id: "state",
  header: "State",
  isUnsorted: true,
  value: (budget) => stateOf(budget).word,
  cell: (budget) => {
    const { tone, word } = stateOf(budget);
    return <Status tone={tone}>{word}</Status>;
  },
};

const share: BudgetColumn = {
  id: "share",
  header: "Used",
  value: ({ percent }) => percent,
  cell: ({ spent_usd: spent, budget_usd: budget, in_use: use }) => (
    <BudgetMeter spent={spent} budget={budget} reserved={use?.reserved_usd ?? null} />
  ),
};

const forecast: BudgetColumn = {
  id: "forecast",
  header: "At this rate",
  value: (budget) => budget.forecast?.exhausted_at ?? budget.forecast?.outcome ?? null,
  cell: (budget) => <Forecast budget={budget} />,
};

function Forecast({ budget }: { readonly budget: Budget }) {
  const now = useNow();
  const { forecast: told } = budget;
  const words = forecastWords(budget, now);
  if (told === null || words === null) return <span className="text-faint">—</span>;
  const isNear = told.outcome === "exhausts" && Date.parse(told.exhausted_at ?? "") - now < 3 * 86_400_000;
  const look = told.outcome === "reached" ? "text-bad" : isNear ? "text-warn" : "text-muted";
  return (
    <span className={look} title={basisWords(told)}>
      {words}
    </span>
  );
}

const begins = timeColumn<Budget>({ id: "begins", header: "Counts since", value: ({ begins_at }) => begins_at });
const ends = timeColumn<Budget>({ id: "ends", header: "Ends", value: ({ ends_at }) => ends_at });

type Kind = Pick<BudgetColumn, "id" | "header" | "isHidden" | "isUnsorted">;

function money(kind: Kind, amountOf: (budget: Budget) => string | null): BudgetColumn {
  return {
    ...kind,
    isNumber: true,
    value: (budget) => {
      const amount = amountOf(budget);
      return amount === null ? null : Number(amount);
    },
    cell: (budget) => {
      const amount = amountOf(budget);
      return amount === null ? (
        <span className="text-faint">—</span>
      ) : (
        <span title={`$${amount}`}>{formatMoney(amount)}</span>
      );
    },
  };
}

type InUse = NonNullable<Budget["in_use"]>;

/** Of hours and days, and of cost. */
const longLimits: readonly BudgetColumn[] = windowLimits
  .filter(({ thing, window }) => window !== "minute" || thing === "cost_usd")
  .map(({ thing, window, limit, label }) =>
    inUse({ id: limit, header: label, isHidden: true }, limit, (now) => {
      return window === "minute" ? undefined : now[window]?.[thing];
    }),
  );

/** `12 of 60`; a limit alone where nobody knows what is in use of it. */
function inUse(kind: Kind, limit: LimitName, amountOf: (now: InUse) => number | string | undefined): BudgetColumn {
  const format = limit.startsWith("cost_") ? formatMoney : formatShort;
  return {
    ...kind,
    isNumber: true,
    isUnsorted: true,
    value: ({ limits }) => (limits[limit] === null ? null : Number(limits[limit])),
    cell: ({ limits, in_use: now }) => {
      if (limits[limit] === null) return <span className="text-faint">—</span>;
      const most = Number(limits[limit]);
      const used = now === null ? undefined : amountOf(now);
      return (
        <>
          {used !== undefined && (
            <span className={Number(used) >= most ? "text-warn" : ""}>
              {format(Number(used))} <span className="text-faint">of </span>
            </span>
          )}
          {format(most)}
        </>
      );
    },
  };
}
