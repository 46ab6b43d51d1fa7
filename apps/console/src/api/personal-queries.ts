// Erasures: what others read is looked through while one looks on.

import type { Client } from "@ghostllm/contract/trusting-client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { listOptions } from "./whole-list.ts";

export type Erasure = RouteAnswer<AdminRoutes["personalData"]["erase"]>;

const runningMs = 2_000;

/** What is known of them. */
interface Read {
  readonly state: { readonly data: { readonly items: readonly Erasure[] } | undefined };
}

export function personalQueries(client: Client) {
  return {
    erasures: {
      ...listOptions("erasures", (query, call) => client.personalData.erasures({ query }, call)),
      refetchInterval: ({ state: { data } }: Read) =>
        data?.items.some(({ finished_at: at }) => at === null) === true ? runningMs : false,
    },
  };
}
