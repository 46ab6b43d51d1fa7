import type { RequestRow } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { IdCell } from "#parts/copy.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { Time } from "#parts/values.tsx";
import { outcomeOf } from "#requests/request-status.ts";
import type { OrderBy } from "./request-filter.ts";

export interface RequestColumn extends Column<RequestRow> {
  /** In pixels, so that columns stay where they are while rows come and go; those without share the rest. */
  readonly width?: number;
  /** The server can put them in its order. */
  readonly order?: OrderBy;
}

const none = <span className="text-faint">—</span>;

function text(value: string, look = "text-muted") {
  return value === "" ? (
    none
  ) : (
    <span className={`block truncate ${look}`} title={value}>
      {value}
    </span>
  );
}

type Kind = Pick<RequestColumn, "id" | "header" | "width" | "order" | "isHidden">;

function textColumn(kind: Kind, value: (row: RequestRow) => string, look?: string): RequestColumn {
  return { ...kind, value, cell: (row) => text(value(row), look) };
}

function numberColumn(
  kind: Kind,
  value: (row: RequestRow) => number | null,
  show: (value: number) => string,
): RequestColumn {
  const cell = (row: RequestRow) => {
    const number = value(row);
    return number === null ? none : show(number);
  };
  return { ...kind, isNumber: true, value, cell };
}

export const requestColumns: readonly RequestColumn[] = [
  {
    ...{ id: "when", header: "When", width: 118, order: "time", value: ({ created_at: at }) => at },
    cell: ({ created_at: at }) => (
      <span className="text-muted">
        <Time at={at} />
      </span>
    ),
  },
  {
    ...{ id: "status", header: "Status", width: 190, value: (row) => outcomeOf(row).words },
    cell: (row) => {
      const { tone, words } = outcomeOf(row);
      return (
        <span className="block [&>span]:max-w-full" title={words}>
          <Status tone={tone}>
            <span className="truncate">{words}</span>
          </Status>
        </span>
      );
    },
  },
  textColumn({ id: "model", header: "Model" }, (row) => modelOf(row), "font-mono text-xs"),
  textColumn({ id: "asked", header: "Asked for", isHidden: true }, (row) => row.requested_model, "font-mono text-xs"),
  textColumn({ id: "provider", header: "Provider", width: 112 }, (row) => row.provider, "text-text"),
  textColumn({ id: "user", header: "User", width: 150, isHidden: true }, (row) => row.user_name ?? row.user_id),
  textColumn({ id: "key", header: "User / key" }, (row) => whoOf(row)),
  {
    ...{ id: "id", header: "Request", width: 150, isHidden: true, value: ({ id }) => id },
    cell: ({ id }) => <IdCell id={id} />,
  },
  textColumn({ id: "dialect", header: "Dialect", width: 150, isHidden: true }, ({ dialect }) => dialect ?? ""),
  textColumn({ id: "operation", header: "Operation", width: 150, isHidden: true }, ({ operation }) => operation),
  numberColumn({ id: "input", header: "Input", width: 90, isHidden: true }, (row) => row.prompt_tokens, formatCount),
  numberColumn(
    { id: "output", header: "Output", width: 90, isHidden: true },
    (row) => row.completion_tokens,
    formatCount,
  ),
  numberColumn({ id: "tokens", header: "Tokens", width: 88, order: "tokens" }, (row) => row.total_tokens, formatCount),
  {
    ...{ id: "cost", header: "Cost", width: 92, order: "cost", isNumber: true },
    value: ({ cost_usd: cost }) => (cost === null ? null : Number(cost)),
    cell: ({ cost_usd: cost }) =>
      cost === null ? (
        <span title="The price is unknown">{none}</span>
      ) : (
        <span title={`$${cost}`}>{formatMoney(cost)}</span>
      ),
  },
  numberColumn(
    { id: "first", header: "First byte", width: 96, order: "first_token" },
    (row) => row.ttft_ms,
    formatDuration,
  ),
  numberColumn({ id: "time", header: "Time", width: 92, order: "latency" }, (row) => row.latency_ms, formatDuration),
];

function modelOf({ model, requested_model: asked }: RequestRow): string {
  return model === "" ? asked : model;
}

function whoOf({ user_name: user, key_name: key, key_public_id: publicId }: RequestRow): string {
  return [user, key ?? publicId].filter(Boolean).join(" / ");
}
