// What is read of guardrails.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { queryOptions } from "@tanstack/react-query";
import { listOptions } from "./whole-list.ts";

export type Guardrail = RouteAnswer<AdminRoutes["guardrails"]["get"]>;
export type GuardrailTrial = RouteAnswer<AdminRoutes["guardrails"]["try"]>;
export type GuardrailInput = RouteInput<AdminRoutes["guardrails"]["create"]>["body"];

export function guardrailQueries(client: Client) {
  return {
    guardrails: listOptions("guardrails", (query, call) => client.guardrails.list({ query }, call)),
    guardrail: (id: string) =>
      queryOptions({
        queryKey: ["guardrails", "one", id],
        queryFn: ({ signal }) => client.guardrails.get({ params: { id } }, { signal }),
      }),
  };
}
