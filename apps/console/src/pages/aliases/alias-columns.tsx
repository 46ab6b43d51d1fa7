import type { Alias } from "#api/queries.ts";
import { Tag } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { declarableNameColumn, timeColumn } from "#parts/table/kinds.tsx";
import { strategyName } from "./strategies.ts";

export const aliasColumns = (nameOf: (teamId: string) => string): readonly Column<Alias>[] => [
  declarableNameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
  {
    id: "team",
    header: "Team",
    value: ({ team_id: id }) => (id === null ? "" : nameOf(id)),
    cell: ({ team_id: id }) => (id === null ? <span className="text-muted">everybody</span> : nameOf(id)),
  },
  {
    id: "strategy",
    header: "Strategy",
    value: ({ strategy }) => strategy,
    cell: ({ strategy }) => <span className="text-muted">{strategyName(strategy)}</span>,
  },
  {
    id: "targets",
    header: "Targets",
    value: ({ targets }) => targets.map(({ provider, model }) => `${provider}/${model}`).join(" "),
    cell: ({ targets, strategy }) => (
      <span className="flex items-center gap-1.5 font-mono text-xs">
        {targets.slice(0, 3).map(({ provider, model, weight }, at) => (
          // Of one alias the same target may stand twice.
          <span key={at} className="max-w-64 truncate rounded-[4px] bg-sunken px-1.5 py-px">
            {provider}/{model}
            {strategy === "weighted" && <span className="text-muted"> × {weight}</span>}
          </span>
        ))}
        {targets.length > 3 && <span className="text-muted">and {targets.length - 3} more</span>}
      </span>
    ),
  },
  {
    id: "policies",
    header: "Policies",
    value: (alias) => policiesOf(alias).join(" "),
    cell: (alias) => (
      <span className="flex gap-1">
        {policiesOf(alias).map((one) => (
          <Tag key={one}>{one}</Tag>
        ))}
      </span>
    ),
  },
  timeColumn({ id: "updated", header: "Changed", value: ({ updated_at }) => updated_at }),
  timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at, isHidden: true }),
];

/** What it says beside its strategy. */
function policiesOf({
  retries,
  fallbacks,
  timeouts,
  sticky_by: sticky,
  queue,
  hedge,
  continuation,
  shadow,
  cache,
}: Alias): readonly string[] {
  return [
    ...(retries === null ? [] : ["retries"]),
    ...(Object.values(fallbacks).some(({ length }) => length > 0) ? ["fallbacks"] : []),
    ...(Object.values(timeouts).some((ms) => ms !== null) ? ["time"] : []),
    ...(sticky === null ? [] : ["sticky"]),
    ...(hedge === null ? [] : ["hedge"]),
    ...(continuation === null ? [] : ["continuation"]),
    ...(shadow === null ? [] : ["shadow"]),
    ...(queue === null ? [] : ["queue"]),
    ...(cache === null ? [] : ["kept answers"]),
  ];
}
