// A store as large organisations have it.

import { createHash } from "node:crypto";
import type { OpenStore } from "#control/store/open-store.ts";

const rowsPerStatement = 500;
const someLimits = '{"requestsPerMinute":60,"tokensPerMinute":null,"concurrentRequests":null}';
const noLimits = '{"requestsPerMinute":null,"tokensPerMinute":null,"concurrentRequests":null}';

function idOf(kind: "a" | "b", number: number): string {
  return `0193000${kind}-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

export const manyUserId = (number: number): string => idOf("a", number);
export const manyKeyId = (number: number): string => idOf("b", number);

/** Keys by the number, dealt out to users in turn. Most of the keys have the same limits, as they do where people set them. */
export async function addManyKeys({ database: { kysely } }: OpenStore, users: number, keys: number): Promise<void> {
  const at = { created_at: 1, updated_at: 1 };
  const userRows = Array.from({ length: users }, (_, number) => ({
    ...{
      id: manyUserId(number),
      email: `many-${number}@example.com`,
      username: `user ${number}`,
      password_hash: null,
      is_active: 1,
      kind: "person",
    },
    ...{ role: "member", rate_limit: noLimits, budgets: "[]", budget_limit: 1_000_000_000_000, ...at },
  }));
  const keyRows = Array.from({ length: keys }, (_, number) => ({
    ...{ id: manyKeyId(number), user_id: manyUserId(number % users), name: `key ${number}` },
    ...{ public_id: `gk-${String(number).padStart(12, "0")}`, permissions: '{"models":null}' },
    key_hash: createHash("sha256").update(String(number)).digest("hex"),
    rate_limit: number % 3 === 0 ? someLimits : noLimits,
    ...{
      budgets: "[]",
      budget_limit: 50_000_000_000,
      expires_at: null,
      last_used_at: null,
      is_active: 1,
      created_at: 1,
    },
    ...{ tags: "[]", previous_key_hash: null, previous_public_id: null, previous_until: null },
  }));
  await kysely.transaction().execute(async (transaction) => {
    for (let from = 0; from < users; from += rowsPerStatement)
      await transaction
        .insertInto("users")
        .values(userRows.slice(from, from + rowsPerStatement))
        .execute();
    for (let from = 0; from < keys; from += rowsPerStatement)
      await transaction
        .insertInto("api_keys")
        .values(keyRows.slice(from, from + rowsPerStatement))
        .execute();
  });
}
