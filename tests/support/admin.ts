// What tests do over and over through the admin API.

import { randomBytes } from "node:crypto";
import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";

export type UsageRow = RouteAnswer<AdminRoutes["usage"]["list"]>["data"][number];

type KeySettings = Omit<RouteInput<AdminRoutes["apiKeys"]["create"]>["body"], "name" | "user_id">;
type UserSettings = Omit<RouteInput<AdminRoutes["users"]["create"]>["body"], "email">;

export interface Account {
  readonly userId: string;
  readonly keyId: string;
  readonly key: string;
}

/** A user with one key. */
export async function createAccount(
  admin: Client,
  { user = {}, key = {} }: { readonly user?: UserSettings; readonly key?: KeySettings } = {},
): Promise<Account> {
  const created = await admin.users.create({ body: { email: `${randomBytes(6).toString("hex")}@test`, ...user } });
  const apiKey = await admin.apiKeys.create({ body: { user_id: created.id, name: "test", ...key } });
  return { userId: created.id, keyId: apiKey.id, key: apiKey.key };
}

/** Every usage record that the filter lets through, page by page. */
export async function listUsage(
  admin: Client,
  filter: { readonly user_id?: string; readonly api_key_id?: string } = {},
): Promise<readonly UsageRow[]> {
  const rows: UsageRow[] = [];
  let after: string | undefined;
  do {
    const page = await admin.usage.list({ query: { limit: 500, ...filter, ...(after !== undefined && { after }) } });
    rows.push(...page.data);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return rows;
}
