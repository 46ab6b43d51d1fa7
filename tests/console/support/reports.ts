// A report for pages to show: the admin's, to the first webhook that there is, made once.

import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { admin, password } from "./people.ts";

/** By a session, since reports belong to users. */
export async function clientOf(url: string, email = admin): Promise<Client> {
  const stranger = createClient({ baseUrl: url, apiKey: null });
  const { token } = await stranger.sessions.create({ body: { email, password } });
  return createClient({ baseUrl: url, apiKey: token });
}

export async function furnishReport(client: Client): Promise<void> {
  const [webhook] = (await client.webhooks.list()).data;
  const schedule = { every: "week", hour: 7, time_zone: "Europe/Berlin" } as const;
  const body = { name: "Weekly by team", schedule, group_by: "team,model", periods: 4 };
  const { id } = await client.reports.create({ body: { ...body, webhook_id: webhook?.id ?? null } });
  await client.reports.run({ params: { id } });
}
