import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Cache, UsageSeries } from "#api/queries.ts";
import { formatBytes } from "#format/bytes.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount, formatShare } from "#format/number.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Figure, Figures } from "#parts/figures.tsx";
import { Meter } from "#parts/meter.tsx";
import { RangeControl } from "#parts/range-control.tsx";
import { Loaded } from "#parts/states.tsx";
import { useTimeRange } from "#parts/time-range.ts";
import type { TimeRange } from "#parts/time-range.ts";
import { useSearchValue } from "#parts/use-search.ts";
import { KeptPanel } from "./kept-panel.tsx";
import { PurgeDialog } from "./purge-dialog.tsx";

const mostAliases = 500;

/** What is kept of answers, what that has saved, and of which aliases. */
export function CachePage() {
  const { queries } = useApi();
  const { may } = useCaller();
  const range = useTimeRange("7d");
  const [dialog, setDialog] = useSearchValue("new");
  const cache = useQuery(queries.cache);
  const savings = useSavings(range);
  const forget = may("cache.purge") && (
    <Button look="danger" onClick={() => setDialog("purge")}>
      Forget answers
    </Button>
  );
  return (
    <Page title="Cache" filters={may("usage.read") && <RangeControl range={range} />} actions={forget}>
      <Loaded query={cache}>{(kept) => <Stock {...{ kept }} savings={savings.data} />}</Loaded>
      {may("cache.read") && may("aliases.read") && <KeptPanel savings={savings.data} />}
      {dialog === "purge" && may("cache.purge") && <PurgeDialog onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

/** By the name that was asked for; whoever may not see usage is told none. */
function useSavings(range: TimeRange) {
  const { queries } = useApi();
  const { may } = useCaller();
  const query = { group_by: "alias", bucket: "none", top: mostAliases } as const;
  return useQuery({ ...queries.series(["cache", range.key], query, range.span), enabled: may("usage.read") });
}

interface StockProps {
  readonly kept: Cache;
  readonly savings: UsageSeries | undefined;
}

function Stock({ kept: { entries, bytes, most_bytes: most, ...byMeaning }, savings }: StockProps) {
  const total = savings?.sum.total;
  const [saved, spent] = [Number(total?.saved_usd ?? 0), Number(total?.cost_usd ?? 0)];
  const whole = saved + spent;
  return (
    <Figures>
      <Figure name="Kept answers" value={formatCount(entries)} note="now" />
      <Figure
        name="They take"
        value={formatBytes(bytes)}
        note={
          <>
            of {formatBytes(most)}
            <Meter share={most === 0 ? 0 : Math.min(0.999, bytes / most)} label="Of the room for kept answers" />
          </>
        }
      />
      {byMeaning.vectors + byMeaning.semantic_hits > 0 && (
        <Figure
          name="Told by meaning"
          value={formatCount(byMeaning.semantic_hits)}
          note={`since the start; ${formatCount(byMeaning.vectors)} vectors, ${formatBytes(byMeaning.vector_bytes)}`}
        />
      )}
      {total !== undefined && (
        <>
          <Figure
            name="Saved"
            value={formatMoney(saved)}
            title={`$${total.saved_usd}`}
            note={`${formatShare(whole === 0 ? 0 : saved / whole)} of the bill`}
          />
          <Figure name="Spent" value={formatMoney(spent)} note="at vendors, in this time" />
        </>
      )}
    </Figures>
  );
}
