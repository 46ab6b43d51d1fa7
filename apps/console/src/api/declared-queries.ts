// Where the configuration file declares whoever has a budget; null for whom it does not.

import type { Client } from "@ghostllm/contract/trusting-client";
import { queryOptions } from "@tanstack/react-query";

type Read = (client: Client, id: string) => Promise<{ readonly declared: string | null }>;

/** Users and organisations are declared nowhere. */
const readers: Readonly<Record<string, readonly [group: string, read: Read]>> = {
  key: ["keys", (client, id) => client.apiKeys.get({ params: { id } })],
  team: ["teams", (client, id) => client.teams.get({ params: { id } })],
  alias: ["aliases", (client, id) => client.aliases.get({ params: { id } })],
  provider: ["providers", (client, id) => client.providers.get({ params: { id } })],
};

export function declaredQueries(client: Client) {
  return {
    declaredOf: (kind: string, id: string) => {
      const [group, read] = readers[kind] ?? ["users", async () => ({ declared: null })];
      return queryOptions({
        queryKey: [group, "declared", kind, id],
        queryFn: async () => (await read(client, id)).declared,
      });
    },
  };
}
