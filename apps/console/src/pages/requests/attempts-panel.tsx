import { Link } from "@tanstack/react-router";
import { useCaller } from "#api/me.ts";
import { formatDuration } from "#format/time.ts";
import { Panel } from "#parts/panel.tsx";
import { Tag } from "#parts/status.tsx";
import { reasonWords } from "./timeline.ts";
import type { Attempt, UsageRecord } from "./timeline.ts";

interface AttemptsPanelProps {
  readonly record: UsageRecord;
  readonly trail: readonly Attempt[];
}

export function AttemptsPanel({ record, trail }: AttemptsPanelProps) {
  const untold = record.attempts - trail.length;
  return (
    <Panel title="Attempts" note="in the order they were made">
      <div role="group" aria-label="Attempts one by one" tabIndex={0} className="relative overflow-x-auto">
        <table className="w-full border-collapse [&_td]:h-(--row) [&_td]:px-2.5 [&_td]:whitespace-nowrap [&_th]:h-[30px] [&_th]:px-2.5 [&_th]:text-left [&_th]:text-xs [&_th]:font-medium [&_th]:whitespace-nowrap [&_th]:text-faint [&_tr]:border-b [&_tr]:border-line [&_tr>*:first-child]:pl-4 [&_tr>*:last-child]:pr-4 [&_tbody_tr:last-child]:border-0">
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">Target</th>
              <th scope="col" className="text-right!">
                Asked after
              </th>
              <th scope="col" className="text-right!">
                Took
              </th>
              <th scope="col" className="text-right!">
                Rests
              </th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {trail.map((attempt, at) => (
              <AttemptRow key={at} number={at + 1} attempt={attempt} record={record} />
            ))}
          </tbody>
        </table>
      </div>
      {untold > 0 && <p className="border-t border-line px-4 py-2 text-muted">{untold} more are not written down.</p>}
    </Panel>
  );
}

interface AttemptRowProps {
  readonly number: number;
  readonly attempt: Attempt;
  readonly record: UsageRecord;
}

function AttemptRow({ number, attempt, record }: AttemptRowProps) {
  const { may } = useCaller();
  const { provider_id: providerId, provider, model, started_ms: started, ms, rest_ms: rest } = attempt;
  return (
    <tr>
      <td className="text-muted">{number}</td>
      <td className="font-mono text-xs">
        {may("providers.read") ? (
          <Link to="/providers/$id" params={{ id: providerId }} className="hover:underline">
            {provider}
          </Link>
        ) : (
          provider
        )}
        /{model}
      </td>
      <td className="text-right text-muted">{formatDuration(started)}</td>
      <td className="text-right">{formatDuration(ms)}</td>
      <td className="text-right text-muted">{rest > 0 ? formatDuration(rest) : "—"}</td>
      <td>
        <Outcome attempt={attempt} record={record} />
      </td>
    </tr>
  );
}

function Outcome({ attempt: { status, reason }, record }: Omit<AttemptRowProps, "number">) {
  if (reason !== null) {
    const words = [status, reasonWords(reason)].filter((part) => part !== null && part !== "");
    return <Tag tone="bad">tried · {words.join(" ")}</Tag>;
  }
  return record.status === "ok" ? (
    <Tag tone="good">answered</Tag>
  ) : (
    <Tag tone="bad">{record.status.replaceAll("_", " ")}</Tag>
  );
}
