import { parseUsd } from "@ghostllm/contract";
import { type Client } from "@ghostllm/contract/client";
import { expect } from "vitest";
import { type Account, listUsage } from "../support/admin.ts";

/**
 * Every answer that a client has in full has its usage record, none has two, and what was spent is the sum of the
 * records: by key, by user and in the hourly sums. Answers the number of records.
 */
export async function expectAccounted(
  admin: Client,
  account: Account,
  receivedIds: readonly string[],
): Promise<number> {
  const rows = await listUsage(admin, { api_key_id: account.keyId });
  const recorded = new Set(rows.map(({ id }) => id));
  expect(recorded.size, "records with an id of their own").toBe(rows.length);
  expect(
    receivedIds.filter((id) => !recorded.has(id)),
    "answers without a record",
  ).toEqual([]);

  const sumNanos = rows.reduce((sum, { cost_usd: cost }) => sum + parseUsd(cost ?? "0"), 0);
  const key = await admin.apiKeys.get({ params: { id: account.keyId } });
  const user = await admin.users.get({ params: { id: account.userId } });
  const { total } = await admin.usage.summary({ query: { api_key_id: account.keyId } });
  expect([key.spent_usd, user.spent_usd, total.cost_usd].map(parseUsd), "spent by key, by user, by the hour").toEqual([
    sumNanos,
    sumNanos,
    sumNanos,
  ]);
  expect(total.requests, "requests in the hourly sums").toBe(rows.length);
  if (receivedIds.length > 0) expect(sumNanos).toBeGreaterThan(0);
  return rows.length;
}
