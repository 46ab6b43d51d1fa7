import type { AuditEntry } from "#api/queries.ts";
import { IdCell } from "#parts/copy.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { actorOf, changedFields, comingOf, objectOf, outcomeTones } from "./audit-words.ts";

export const auditColumns: readonly Column<AuditEntry>[] = [
  timeColumn({ id: "time", header: "Time", value: ({ happened_at: at }) => at }),
  {
    id: "actor",
    header: "Who",
    value: actorOf,
    cell: (entry) => (
      <span className="block max-w-64 truncate font-medium" title={`${actorOf(entry)}, ${comingOf(entry)}`}>
        {actorOf(entry)}
      </span>
    ),
  },
  {
    id: "action",
    header: "What",
    value: ({ action }) => action,
    cell: ({ action }) => <span className="font-mono text-xs">{action}</span>,
  },
  {
    id: "object",
    header: "Of",
    value: objectOf,
    cell: (entry) => (
      <span className="block max-w-56 truncate" title={objectOf(entry)}>
        {objectOf(entry)}
      </span>
    ),
  },
  textColumn({ id: "fields", header: "Changed", value: changedFields }),
  {
    id: "outcome",
    header: "Outcome",
    value: ({ outcome }) => outcome,
    cell: ({ outcome }) => <Status tone={outcomeTones[outcome] ?? "off"}>{outcome}</Status>,
  },
  textColumn({ id: "address", header: "Address", value: ({ address }) => address }),
  { ...textColumn<AuditEntry>({ id: "how", header: "How", value: comingOf }), isHidden: true },
  { ...textColumn<AuditEntry>({ id: "agent", header: "Program", value: (entry) => entry.user_agent }), isHidden: true },
  {
    id: "request",
    header: "Request",
    isHidden: true,
    value: (entry) => entry.request_id,
    cell: (entry) => (entry.request_id === null ? null : <IdCell id={entry.request_id} />),
  },
  {
    id: "place",
    header: "Place",
    isHidden: true,
    isNumber: true,
    value: ({ place }) => place,
    cell: ({ place }) => place,
  },
  // The server has found words in it, so the table must find them as well.
  {
    id: "values",
    header: "Values",
    isHidden: true,
    value: ({ changes, details, object }) => JSON.stringify([changes, details, object?.id]),
    cell: ({ changes }) => <span className="block max-w-96 truncate text-muted">{JSON.stringify(changes)}</span>,
  },
];
