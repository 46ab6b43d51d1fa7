// Requests as tables show them: the tail on the dashboard, and the page of all.

import type { RequestRow } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { Status } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";
import { outcomeOf } from "./request-status.ts";

export function RequestCells({ row }: { readonly row: RequestRow }) {
  const { tone, words } = outcomeOf(row);
  const who = [row.user_name, row.key_name].filter(Boolean).join(" / ");
  return (
    <>
      <td className="text-muted">
        <Time at={row.created_at} />
      </td>
      <td className="truncate" title={words}>
        <Status tone={tone}>{words}</Status>
      </td>
      <td className="truncate font-mono text-xs" title={row.requested_model}>
        {row.model === "" ? row.requested_model : row.model}
      </td>
      <td className="truncate" title={row.provider}>
        {row.provider === "" ? "—" : row.provider}
      </td>
      <td className="truncate text-muted" title={who}>
        {who === "" ? "—" : who}
      </td>
      <td className="text-right">{formatCount(row.total_tokens)}</td>
      <td className="text-right" title={row.cost_usd === null ? "the price is unknown" : `$${row.cost_usd}`}>
        {row.cost_usd === null ? "—" : formatMoney(row.cost_usd)}
      </td>
      <td className="text-right text-muted">{formatDuration(row.latency_ms)}</td>
    </>
  );
}

export function RequestHeads() {
  return (
    <tr>
      <th className="w-[92px]">When</th>
      <th className="w-[15%]">Status</th>
      <th className="w-[17%]">Model</th>
      <th>Provider</th>
      <th className="w-[15%]">User / key</th>
      <th className="w-[64px] text-right!">Tokens</th>
      <th className="w-[90px] text-right!">Cost</th>
      <th className="w-[78px] text-right!">Time</th>
    </tr>
  );
}

/** For a table of these heads and cells: columns stay where they are, whatever comes, and all of them are seen beside another panel. */
export const requestTableClass =
  "w-full min-w-[740px] table-fixed border-collapse [&_td]:h-(--row) [&_td]:px-2 [&_td]:whitespace-nowrap [&_td:first-child]:pl-4 [&_td:last-child]:pr-4 [&_th]:h-[30px] [&_th]:px-2 [&_th]:text-left [&_th]:text-xs [&_th]:font-medium [&_th]:whitespace-nowrap [&_th]:text-faint [&_th:first-child]:pl-4 [&_th:last-child]:pr-4 [&_tr]:border-b [&_tr]:border-line [&_tbody_tr:last-child]:border-0";
