import type { RequestDetail } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Figure, Figures } from "#parts/figures.tsx";
import { Tag } from "#parts/status.tsx";
import { outcomeOf } from "#requests/request-status.ts";

export function RequestFigures({ detail }: { readonly detail: RequestDetail }) {
  const { record, row } = detail;
  return (
    <Figures>
      <Figure name="Status" value={String(record.http_status)} note={<Outcome row={row} />} />
      <Figure
        name="Model"
        value={<span className="text-md font-medium tracking-normal text-muted">{record.model || "—"}</span>}
        title={record.model}
        note={
          record.model === record.requested_model ? "asked by its own name" : `asked as “${record.requested_model}”`
        }
      />
      <Figure name="Tokens" value={formatCount(record.total_tokens)} note={cachedWords(record)} />
      <Figure
        name="Cost"
        value={record.cost_usd === null ? "unknown" : formatMoney(record.cost_usd)}
        note={costWords(detail)}
      />
      <Figure
        name="Time"
        value={<Duration ms={record.latency_ms} />}
        note={record.ttft_ms === null ? "no answer began" : `first byte ${formatDuration(record.ttft_ms)}`}
      />
      <Figure
        name="Overhead"
        value={record.overhead_us === null ? "—" : <Duration ms={record.overhead_us / 1000} />}
        note={record.overhead_us === null ? "not measured" : "of GhostLLM's own"}
      />
    </Figures>
  );
}

function Duration({ ms }: { readonly ms: number }) {
  const [number = "", unit = "", ...rest] = formatDuration(ms).split(" ");
  return (
    <>
      {number}
      <small className="ml-px text-md font-medium tracking-normal text-muted">{[unit, ...rest].join(" ")}</small>
    </>
  );
}

function Outcome({ row }: { readonly row: RequestDetail["row"] }) {
  const { tone, words } = outcomeOf(row);
  const [, ...more] = words.split(" · ");
  return <Tag tone={tone}>{more.length > 0 ? more.join(" · ") : row.status === "ok" ? "ok" : words}</Tag>;
}

function cachedWords({ cached_tokens: cached, prompt_tokens: input }: RequestDetail["record"]): string {
  return cached === 0 ? `${formatCount(input)} of them input` : `${formatCount(cached)} of them cached`;
}

function costWords({ record, why: { held_usd: held } }: RequestDetail): string {
  if (record.charged_usd !== null) return `charged ${formatMoney(record.charged_usd)}`;
  return held === null ? estimateWords(record) : `held at admission ${formatMoney(held)}`;
}

function estimateWords({ cost_usd: cost, estimated, cache }: RequestDetail["record"]): string {
  if (cache === "hit") return "told before";
  if (cost === null) return "no price is known";
  return estimated ? "by estimate" : "as the vendor counted";
}
