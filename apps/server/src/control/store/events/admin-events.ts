// What changes of operators tell the outside.

import { formatUsd } from "@ghostllm/contract";
import type { Kysely } from "kysely";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import type { UserRow } from "#control/store/store.ts";
import type { ModelRow } from "#control/store/model-store.ts";
import type { Tables } from "#control/store/tables.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";
import { toToldLimits } from "#domain/told-limits.ts";

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString();
const usdOrNull = (nanos: number | null): string | null => (nanos === null ? null : formatUsd(nanos));

/** `by`: the user who did it. */
export function keyCreated(key: ApiKeyRow, by: string | null): EventDraft {
  const { id, userId, name, publicId, permissions, limits, budgetNanos, expiresAt, createdAt } = key;
  return draftEvent(
    "key.created",
    { happenedAt: createdAt, userId },
    {
      ...{ key_id: id, user_id: userId, name, public_id: publicId },
      models: permissions.models === null ? null : [...permissions.models],
      ...{ limits: toToldLimits(limits), budget_usd: usdOrNull(budgetNanos) },
      ...{ expires_at: expiresAt === null ? null : timeOf(expiresAt), created_by: by },
    },
  );
}

export function isLimitedAnew(before: UserRow, now: UserRow): boolean {
  const facts = [before, now].map(({ limits, budgetNanos, budgets }) => {
    return JSON.stringify([toToldLimits(limits), budgetNanos, budgets]);
  });
  return facts[0] !== facts[1];
}

export function userLimit(before: UserRow, now: UserRow, by: string | null): EventDraft {
  const factsOf = ({ limits, budgetNanos }: UserRow) => ({
    limits: toToldLimits(limits),
    budget_usd: usdOrNull(budgetNanos),
  });
  const { id, updatedAt } = now;
  return draftEvent(
    "user.limit",
    { happenedAt: updatedAt, userId: id },
    { user_id: id, ...factsOf(now), before: factsOf(before), changed_by: by },
  );
}

export async function modelsAdded(
  transaction: Kysely<Tables>,
  models: readonly ModelRow[],
): Promise<readonly EventDraft[]> {
  const ids = [...new Set(models.map(({ providerId }) => providerId))];
  if (ids.length === 0) return [];
  const providers = await transaction.selectFrom("providers").select(["id", "name"]).where("id", "in", ids).execute();
  const names = new Map(providers.map(({ id, name }) => [id, name]));
  return models.map(({ id, providerId, name, origin, createdAt }) =>
    draftEvent(
      "model.added",
      { happenedAt: createdAt, userId: null },
      {
        ...{ model_id: id, provider_id: providerId, provider: names.get(providerId) ?? "", model: name },
        origin: origin ?? "operator",
      },
    ),
  );
}
