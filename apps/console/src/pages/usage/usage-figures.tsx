import type { UsageSeries } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount, formatShare, formatShort } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Figure, Figures } from "#parts/figures.tsx";
import { formatGrowth } from "./change.ts";

type Measures = UsageSeries["sum"]["total"];

export function UsageFigures({ sum: { total, previous } }: { readonly sum: UsageSeries["sum"] }) {
  const before = <Value,>(value: (measures: Measures) => Value): Value | undefined =>
    previous === null ? undefined : value(previous);
  const growth = (value: (measures: Measures) => number): string =>
    previous === null ? "" : formatGrowth(value(total), before(value));
  const was = (text: string | undefined): string => (text === undefined ? "" : `was ${text}`);
  return (
    <Figures>
      <Figure
        name="Spend"
        value={formatMoney(total.cost_usd)}
        title={`$${total.cost_usd}`}
        note={`${growth(({ cost_usd: cost }) => Number(cost))}${unpricedWords(total)}`}
      />
      <Figure name="Requests" value={formatCount(total.requests)} note={growth(({ requests }) => requests)} />
      <Figure
        name="Errors"
        value={formatShare(errorsOf(total))}
        note={was(before((measures) => formatShare(errorsOf(measures))))}
      />
      <Figure name="Input" value={formatShort(total.prompt_tokens)} note={cachedWords(total)} />
      <Figure
        name="Output"
        value={formatShort(total.completion_tokens)}
        note={growth(({ completion_tokens: output }) => output)}
      />
      <Figure
        name="First token p95"
        value={total.ttft_ms === null ? "—" : formatDuration(total.ttft_ms.p95)}
        note={was(before(({ ttft_ms: first }) => (first === null ? "unknown" : formatDuration(first.p95))))}
      />
    </Figures>
  );
}

export function errorsOf({ errors, requests }: Measures): number {
  return requests === 0 ? 0 : errors / requests;
}

function cachedWords({ cached_tokens: cached, prompt_tokens: input }: Measures): string {
  return input === 0 ? "" : `${formatShare(cached / input)} of it cached`;
}

function unpricedWords({ unpriced_requests: unpriced }: Measures): string {
  return unpriced === 0 ? "" : ` without ${formatCount(unpriced)} of unknown price`;
}
