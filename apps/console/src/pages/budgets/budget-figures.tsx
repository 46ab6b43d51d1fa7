import type { Budget } from "#api/queries.ts";
import { sharesOf } from "#budgets/budget-shares.ts";
import { basisWords, forecastWords, stateOf } from "#budgets/budget-words.ts";
import { formatCap, formatMoney } from "#format/money.ts";
import { formatShare } from "#format/number.ts";
import { formatDay } from "#format/time.ts";
import { Figure, Figures } from "#parts/figures.tsx";
import { Meter } from "#parts/meter.tsx";
import { Status } from "#parts/status.tsx";
import { useNow } from "#parts/values.tsx";

export function BudgetFigures({ budget }: { readonly budget: Budget }) {
  const now = useNow();
  const { budget_usd: cap, spent_usd: spent, left_usd: left, in_use: use, forecast } = budget;
  const { tone, word } = stateOf(budget);
  const reserved = use?.reserved_usd ?? null;
  const perDay = forecast?.per_day_usd ?? null;
  return (
    <Figures>
      <Figure name="Spent" value={formatMoney(spent)} title={`$${spent}`} note={<Share budget={budget} />} />
      <Figure
        name="Left"
        value={left === null ? "—" : formatMoney(left)}
        {...(left !== null && { title: `$${left}` })}
        note={cap === null ? "unlimited" : `of ${formatCap(cap)}`}
      />
      <Figure
        name="Reserved"
        value={reserved === null ? "—" : formatMoney(reserved)}
        note={reserved === null ? "not known" : "by running requests"}
      />
      <Figure
        name="Rate"
        value={perDay === null ? "—" : formatMoney(perDay)}
        note={forecast === null ? "no budget" : `a day, since ${formatDay(forecast.since)}`}
      />
      <Figure
        name="Forecast"
        value={<span className="text-lg">{forecastWords(budget, now) ?? "—"}</span>}
        title={forecast === null ? "" : basisWords(forecast)}
        note={forecast === null ? "no budget" : forecastNote(budget)}
      />
      <Figure
        name="State"
        value={
          <span className="text-lg font-medium">
            <Status tone={tone}>{word}</Status>
          </span>
        }
        note={cap === null ? "unlimited" : `counts since ${formatDay(budget.begins_at)}`}
      />
    </Figures>
  );
}

function Share({ budget: { percent, budget_usd: cap, spent_usd: spent, in_use: use } }: { readonly budget: Budget }) {
  if (percent === null || cap === null) return "no budget";
  const shares = sharesOf({ spent, budget: cap, reserved: use?.reserved_usd });
  const words = formatShare(shares.share);
  return (
    <span className="flex items-center gap-2">
      <span className="flex-1">
        <Meter {...shares} label={`${words} of the budget spent`} />
      </span>
      {words}
    </span>
  );
}

function forecastNote({ forecast, ends_at: endsAt }: Budget): string {
  const exhaustedAt = forecast?.exhausted_at ?? null;
  const atEnd = forecast?.at_end_usd ?? null;
  if (exhaustedAt !== null) return `on ${formatDay(exhaustedAt)}`;
  if (atEnd !== null) return `${formatMoney(atEnd)} spent by then`;
  return endsAt === null ? "" : `ends on ${formatDay(endsAt)}`;
}
