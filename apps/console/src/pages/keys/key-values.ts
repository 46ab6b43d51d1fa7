// A key as its form has it: texts.

import { isKeyEndpoint, promptPolicies } from "@ghostllm/contract";
import type { ApiKey } from "#api/queries.ts";
import { limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";
import { linesOf } from "#parts/line-texts.ts";
import { toNumber } from "#parts/number-text.ts";
import type { TimeLimit } from "#parts/time-limits.ts";

export interface KeyValues extends LimitedValues {
  name: string;
  /** Of a user or of a service account; or that it is of the team itself. */
  user_id: string;
  /** Empty for none. */
  team_id: string;
  tags: string;
  /** What is stored of its requests; empty: what its team says. */
  store_prompts: string;
  /** `acts_for` is empty for nobody. */
  permissions: { models: string; endpoints: string; addresses: string; acts_for: string; timeouts: KeyTimes };
  /** A day, which the key does not see. */
  expires_at: string;
}

/** Milliseconds; empty where the key says nothing of it. */
type KeyTimes = Record<TimeLimit, string>;

function timesOf(timeouts: ApiKey["permissions"]["timeouts"]): KeyTimes {
  const text = (name: TimeLimit): string => String(timeouts?.[name] ?? "");
  return {
    ...{ connect_ms: text("connect_ms"), first_token_ms: text("first_token_ms") },
    ...{ idle_ms: text("idle_ms"), total_ms: text("total_ms") },
  };
}

function toTimes(texts: KeyTimes) {
  return {
    ...{ connect_ms: toNumber(texts.connect_ms), first_token_ms: toNumber(texts.first_token_ms) },
    ...{ idle_ms: toNumber(texts.idle_ms), total_ms: toNumber(texts.total_ms) },
  };
}

export const actingChoices = ["known", "any"] as const;

export type Owner = Pick<KeyValues, "user_id" | "team_id">;

export function valuesOf(key: ApiKey | null, owner: Owner): KeyValues {
  if (key === null) {
    const permissions = { models: "", endpoints: "", addresses: "", acts_for: "", timeouts: timesOf(null) };
    return { name: "", tags: "", ...owner, store_prompts: "", permissions, expires_at: "", ...noLimits };
  }
  const { models, endpoints, addresses, acts_for: actsFor } = key.permissions;
  return {
    name: key.name,
    ...{ user_id: key.user_id, team_id: key.team_id ?? "" },
    tags: key.tags.join(", "),
    store_prompts: key.store_prompts ?? "",
    permissions: {
      models: models?.join("\n") ?? "",
      endpoints: endpoints?.join("\n") ?? "",
      addresses: addresses?.join("\n") ?? "",
      acts_for: actsFor ?? "",
      timeouts: timesOf(key.permissions.timeouts),
    },
    expires_at: key.expires_at?.slice(0, 10) ?? "",
    ...limitsToTexts(key),
  };
}

/** As the admin API takes it, but for the owner, whom a key keeps, and for whom it acts. */
export function toBody({ name, tags, permissions, expires_at, store_prompts, ...limited }: KeyValues) {
  const { models, endpoints, addresses, timeouts } = permissions;
  return {
    name,
    store_prompts: promptPolicies.find((policy) => policy === store_prompts) ?? null,
    tags: tags
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean),
    permissions: {
      models: linesOf(models),
      endpoints: linesOf(endpoints)?.filter(isKeyEndpoint) ?? null,
      addresses: linesOf(addresses),
      timeouts: toTimes(timeouts),
    },
    expires_at: expires_at === "" ? null : expires_at,
    ...textsToLimits(limited),
  };
}

/** With for whom it acts, which is said by whoever may manage all keys and stays as it is for others. */
export function toWholeBody(values: KeyValues) {
  const body = toBody(values);
  const actsFor = actingChoices.find((choice) => choice === values.permissions.acts_for) ?? null;
  return { ...body, permissions: { ...body.permissions, acts_for: actsFor } };
}
