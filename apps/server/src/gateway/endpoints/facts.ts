import type { Dialect } from "@ghostllm/llm";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";

const json = { "content-type": "application/json" };

/** What a dialect's clients ask of a server before they trust it, and is always the same, such as its version. */
export function factRoutes({ client: { facts = {}, encodeError } }: Dialect): readonly Route[] {
  return Object.entries(facts).map(([path, text]) =>
    routeOf({ method: "GET", encodeError }, path, (exchange) => exchange.outlet.answer(200, json, text)),
  );
}
