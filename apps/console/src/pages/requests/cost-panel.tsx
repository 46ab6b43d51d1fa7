import type { ReactNode } from "react";
import type { RequestDetail } from "#api/queries.ts";
import { formatPrice } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { Panel } from "#parts/panel.tsx";

type Price = RequestDetail["price"];
type Line = NonNullable<Price["lines"]>[number];

const names: Readonly<Record<string, string>> = {
  input: "Input",
  cached_input: "Cache read",
  cache_write: "Cache write",
  output: "Output",
  reasoning: "Reasoning",
  request: "Request fee",
  web_searches: "Web searches",
};

const cellClass =
  "[&_td]:h-7 [&_td]:pl-3 [&_td]:align-middle [&_td]:first:pl-4 [&_td:first-child]:pl-4 [&_td:last-child]:pr-4";

export function CostPanel({ detail: { price } }: { readonly detail: RequestDetail }) {
  const { lines, factor, unanswered_usd: unanswered, note, source } = price;
  return (
    <Panel title="Cost, to the nano-dollar">
      <table className={`mt-1.5 w-full border-collapse ${cellClass}`}>
        <tbody>
          {lines?.map((line) => (
            <CostLine key={line.kind} line={line} />
          ))}
          {factor !== null && (
            <tr>
              <td>Factor</td>
              <td className="text-right text-muted">{factor.because}</td>
              <Amount>× {factor.times / factor.per}</Amount>
            </tr>
          )}
          {unanswered !== null && Number(unanswered) > 0 && (
            <tr>
              <td>Unanswered</td>
              <td className="text-right text-muted">attempts that came to nothing</td>
              <Amount>{exact(unanswered)}</Amount>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr className="border-t border-line-strong font-semibold">
            <td>Total</td>
            <td />
            <Amount>{exact(price.cost_usd ?? "unknown")}</Amount>
          </tr>
        </tfoot>
      </table>
      {source !== null && (
        <p className="truncate px-4 pb-2.5 text-xs text-faint" title={source}>
          {sourceWords(source)}
        </p>
      )}
      {note !== null && <p className="border-t border-line px-4 py-2 text-muted">{note}</p>}
    </Panel>
  );
}

function CostLine({ line: { kind, count, price_usd: price, per, amount_usd: amount } }: { readonly line: Line }) {
  return (
    <tr>
      <td className="whitespace-nowrap">{names[kind] ?? kind.replaceAll("_", " ")}</td>
      <td className="text-right whitespace-nowrap text-muted">
        {formatCount(count)} × {formatPrice(price)}
        {per === "million" && " / M"}
      </td>
      <Amount>{exact(amount)}</Amount>
    </tr>
  );
}

function Amount({ children }: { readonly children: ReactNode }) {
  return <td className="w-px text-right font-mono text-xs whitespace-nowrap">{children}</td>;
}

/** To the nano-dollar at least, so that the points stand below each other. */
function exact(usd: string): string {
  const [whole = "", decimals = ""] = usd.split(".");
  return /^\d+$/.test(whole) ? `${whole}.${decimals.padEnd(nanoDecimals, "0")}` : usd;
}

const nanoDecimals = 9;

function sourceWords(source: string): string {
  return source === "override" ? "Price of the model's own settings" : `Price ${source}`;
}
