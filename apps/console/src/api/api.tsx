// How the console talks to its server: the contract's typed client, what is read by it and what is known of the caller.
// Every page takes these from here. Invariant: no key and no token is ever in here: the browser's cookie is not for scripts.

import { createTrustingClient } from "@ghostllm/contract/trusting-client";
import type { Client } from "@ghostllm/contract/trusting-client";
import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import type { ReactNode } from "react";
import { routeAddresses } from "./contract-facts.at-build.ts";
import { createQueries } from "./queries.ts";
import type { Queries } from "./queries.ts";

export { ClientError, etagOf } from "@ghostllm/contract/trusting-client";

export interface Api {
  readonly client: Client;
  readonly queries: Queries;
  /** Of the server, without a slash at its end: what clients of the gateway are given. */
  readonly serverUrl: string;
  /** Of the console, in the same way. */
  readonly consoleUrl: string;
}

export function createApi(pageBase: string): Api {
  // The console lies right below the server.
  const serverUrl = new URL("..", pageBase).href.replace(/\/$/, "");
  const client = createTrustingClient(routeAddresses, { baseUrl: serverUrl, apiKey: null });
  const consoleUrl = new URL(".", pageBase).href.replace(/\/$/, "");
  return { client, serverUrl, consoleUrl, queries: createQueries(client) };
}

const ApiContext = createContext<Api | null>(null);

interface ApiProviderProps {
  readonly api: Api;
  readonly queryClient: QueryClient;
  readonly children: ReactNode;
}

export function ApiProvider({ api, queryClient, children }: ApiProviderProps) {
  return (
    <QueryClientProvider client={queryClient}>
      <ApiContext value={api}>{children}</ApiContext>
    </QueryClientProvider>
  );
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error("There is no ApiProvider above");
  return api;
}

/** Reads anew whatever is shown of these; resolves when it is there. */
export function useRefresh(): (...groups: readonly string[]) => Promise<void> {
  const queryClient = useQueryClient();
  return async (...groups) => {
    await Promise.all(groups.map((group) => queryClient.invalidateQueries({ queryKey: [group] })));
  };
}
