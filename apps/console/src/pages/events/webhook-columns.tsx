import type { Webhook } from "#api/queries.ts";
import { formatCount } from "#format/number.ts";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { stateOfWebhook } from "./webhook-state.ts";

export const webhookColumns: readonly Column<Webhook>[] = [
  nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
  {
    id: "status",
    header: "Status",
    value: (webhook) => stateOfWebhook(webhook).word,
    cell: (webhook) => {
      const { tone, word } = stateOfWebhook(webhook);
      return <Status tone={tone}>{word}</Status>;
    },
  },
  textColumn({ id: "url", header: "Address", value: ({ url }) => url }),
  {
    id: "types",
    header: "Events",
    value: ({ types }) => types.join(" "),
    cell: ({ types }) => (
      <span className="block max-w-64 truncate font-mono text-xs" title={types.join("\n")}>
        {types.length > 2 ? `${formatCount(types.length)} types` : types.join(", ")}
      </span>
    ),
  },
  countColumn({ id: "waiting", header: "To be sent", value: ({ waiting }) => waiting }),
  timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at }),
];
