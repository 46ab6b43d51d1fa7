// The arithmetic of a cost, line by line, for people who want to see where a sum comes from. `price.ts` makes the sum itself.

import type { Usage } from "#hub.ts";
import { addTokens, chargedSearches, factorOf, ratesOf } from "./price.ts";
import type { Factor, Price, Rates, TokenClass } from "./price.ts";

type Fee = "request" | "web_searches" | "file_searches" | "containers";

export interface CostLine {
  readonly kind: TokenClass | Fee;
  readonly count: number;
  /** Nano-USD, per million tokens or for each use. */
  readonly rate: number;
  readonly per: "million" | "one";
}

export interface CostArithmetic {
  readonly lines: readonly CostLine[];
  /** Tokens are dearer by this, fees are not. */
  readonly factor: Factor;
}

/** Of a usage that `costOf` knows the cost of. What is free has no lines, and neither has a class of which there was nothing. */
export function costLines(usage: Usage, price: Price): CostArithmetic {
  const lines: CostLine[] = [];
  const add = (kind: CostLine["kind"], count: number, rate = 0, per: CostLine["per"] = "one"): void => {
    if (count > 0) lines.push({ kind, count, rate, per });
  };
  const rates = price.isFree === true ? undefined : ratesOf(usage, price);
  if (rates !== undefined) {
    addTokens(usage, rates, { add: (tokens, rate, kind) => add(kind, tokens, rate, "million") });
    addFees(usage, rates, add);
  }
  return { lines, factor: factorOf(usage, price) };
}

function addFees(usage: Usage, rates: Rates, add: (kind: Fee, count: number, rate?: number) => void): void {
  add("request", rates.perRequest === undefined ? 0 : 1, rates.perRequest);
  add("web_searches", chargedSearches(usage, rates), rates.perWebSearch);
  add("file_searches", usage.fileSearches ?? 0, rates.perFileSearch);
  add("containers", usage.containers ?? 0, rates.perContainer);
}
