// Models as tables show them: on a page of their own, and on that of their provider.

import type { Model } from "#api/queries.ts";
import { formatShort } from "#format/number.ts";
import { formatPrice } from "#format/money.ts";
import { Tag } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";

type Price = "input_usd" | "output_usd" | "cached_input_usd" | "cache_write_usd";

function priceColumn(id: string, header: string, price: Price, isHidden?: true): Column<Model> {
  return {
    id,
    header,
    isNumber: true,
    ...(isHidden && { isHidden }),
    value: ({ prices }) => toNumber(prices?.[price]),
    cell: ({ prices, price_note }) => {
      if (prices === null)
        return <span title={price_note ?? undefined}>{header === "Input" ? <Tag>unknown</Tag> : "—"}</span>;
      return <span title={`per million tokens, ${prices.version}`}>{formatPrice(prices[price])}</span>;
    },
  };
}

function toNumber(usd: string | null | undefined): number | null {
  return typeof usd === "string" ? Number(usd) : null;
}

const capabilities = [
  ["supports_vision", "images"],
  ["supports_functions", "tools"],
  ["supports_thinking", "thinks"],
] as const;

export function capabilitiesOf(model: Model): readonly string[] {
  return capabilities.filter(([field]) => model[field] === true).map(([, word]) => word);
}

export function modelColumns(): readonly Column<Model>[] {
  return [
    {
      id: "name",
      header: "Model",
      value: ({ name }) => name,
      cell: ({ name }) => <span className="block max-w-80 truncate font-mono text-xs">{name}</span>,
    },
    textColumn({ id: "provider", header: "Provider", value: ({ provider }) => provider }),
    countColumn({ id: "context", header: "Context", value: ({ context_length }) => context_length }),
    priceColumn("input", "Input", "input_usd"),
    priceColumn("output", "Output", "output_usd"),
    priceColumn("cached", "Cached", "cached_input_usd"),
    priceColumn("written", "Cache write", "cache_write_usd", true),
    {
      id: "can",
      header: "Can",
      value: (model) => capabilitiesOf(model).join(" "),
      cell: (model) => (
        <span className="flex gap-1">
          {capabilitiesOf(model).map((word) => (
            <Tag key={word}>{word}</Tag>
          ))}
        </span>
      ),
    },
    textColumn({ id: "origin", header: "Known from", value: ({ origin }) => origin ?? "", isHidden: true }),
    timeColumn({ id: "updated", header: "Changed", value: ({ updated_at }) => updated_at, isHidden: true }),
  ];
}

export function formatContext({ context_length }: Model): string {
  return context_length === null ? "unknown" : `${formatShort(context_length)} tokens`;
}
