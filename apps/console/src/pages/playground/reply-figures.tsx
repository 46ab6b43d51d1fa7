import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { RequestRow } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { IdCell } from "#parts/copy.tsx";
import type { Reply } from "./reply.ts";

/** Ever less often: it is there in a second, or the database is away. */
const firstWaitMs = 400;
const mostReadings = 12;

/** As the server has written it down, which is soon after the answer. Null as long as it has not, or where it never does. */
function useRecordOf({ requestId, state }: Reply): RequestRow | null {
  const { queries } = useApi();
  const { may } = useCaller();
  const { data } = useQuery({
    ...queries.requests({ id: requestId ?? "", limit: 1 }),
    enabled: requestId !== null && state !== "running" && may("usage.read"),
    refetchInterval: ({ state: { data: read, dataUpdateCount: readings } }) =>
      (read?.data.length ?? 0) > 0 || readings >= mostReadings ? false : firstWaitMs * 1.5 ** readings,
    staleTime: Infinity,
  });
  return data?.data[0] ?? null;
}

/** What an answer cost and took: the server's own figures, and until they are there those of the answer and of the page. */
export function ReplyFigures({ reply }: { readonly reply: Reply }) {
  const record = useRecordOf(reply);
  const cost = record?.cost_usd ?? reply.costUsd;
  const firstMs = record === null ? reply.firstMs : record.ttft_ms;
  const tookMs = record?.latency_ms ?? reply.tookMs;
  const tokens = record === null ? reply.usage : { input: record.prompt_tokens, output: record.completion_tokens };
  return (
    <div className="border-t border-line">
      <dl aria-label="Figures of the answer" className="grid grid-cols-2 gap-x-4 gap-y-2 px-4 py-2.5 sm:grid-cols-4">
        <Figure name="Cost" value={cost === null ? "—" : formatMoney(cost)} title={costTitle(cost, record)} />
        <Figure name="First token" value={firstMs === null ? "—" : formatDuration(firstMs)} />
        <Figure name="Time" value={tookMs === null ? "—" : formatDuration(tookMs)} />
        <Figure
          name="Tokens"
          value={tokens === null ? "—" : formatCount(tokens.input + tokens.output)}
          note={tokens === null ? "" : `${formatCount(tokens.input)} in, ${formatCount(tokens.output)} out`}
        />
      </dl>
      {reply.requestId !== null && <RequestLine reply={reply} requestId={reply.requestId} record={record} />}
    </div>
  );
}

function costTitle(cost: string | null, record: RequestRow | null): string {
  if (cost !== null) return `$${cost}`;
  return record === null ? "not written down yet, or not for you to read" : "the price is unknown";
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
  readonly title?: string;
}

function Figure({ name, value, note = "", title }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="truncate text-md font-semibold" title={title}>
        {value}
        {note !== "" && <span className="block truncate text-xs font-normal text-muted">{note}</span>}
      </dd>
    </div>
  );
}

interface RequestLineProps {
  readonly reply: Reply;
  readonly requestId: string;
  readonly record: RequestRow | null;
}

function RequestLine({ reply, requestId, record }: RequestLineProps) {
  const { may } = useCaller();
  const target = record === null ? reply.target : `${record.provider}/${record.model}`;
  return (
    <p className="flex flex-wrap items-center gap-x-2 border-t border-line px-4 py-1.5 text-xs text-muted">
      {target !== null && <span className="min-w-0 truncate font-mono">{target}</span>}
      <span className="flex-1" />
      <IdCell id={requestId} />
      {may("usage.read") && (
        // In a page of its own: the conversation is nowhere but in this one.
        <Link to="/requests/$id" params={{ id: requestId }} target="_blank" className="text-accent hover:underline">
          Why
          <span className="sr-only"> it went so, in a new tab</span>
        </Link>
      )}
    </p>
  );
}
