// A key as its form has it: texts.

import { isKeyEndpoint } from "@ghostllm/contract";
import type { ApiKey } from "#api/queries.ts";
import { limitsToTexts, noLimits, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";
import { linesOf } from "#parts/line-texts.ts";

export interface KeyValues extends LimitedValues {
  name: string;
  /** Of a user or of a service account; or that it is of the team itself. */
  user_id: string;
  /** Empty for none. */
  team_id: string;
  tags: string;
  permissions: { models: string; endpoints: string; addresses: string };
  /** A day, which the key does not see. */
  expires_at: string;
}

export type Owner = Pick<KeyValues, "user_id" | "team_id">;

export function valuesOf(key: ApiKey | null, owner: Owner): KeyValues {
  if (key === null) {
    const permissions = { models: "", endpoints: "", addresses: "" };
    return { name: "", tags: "", ...owner, permissions, expires_at: "", ...noLimits };
  }
  const { models, endpoints, addresses } = key.permissions;
  return {
    name: key.name,
    ...{ user_id: key.user_id, team_id: key.team_id ?? "" },
    tags: key.tags.join(", "),
    permissions: {
      models: models?.join("\n") ?? "",
      endpoints: endpoints?.join("\n") ?? "",
      addresses: addresses?.join("\n") ?? "",
    },
    expires_at: key.expires_at?.slice(0, 10) ?? "",
    ...limitsToTexts(key),
  };
}

/** As the admin API takes it, but for the owner, whom a key keeps. */
export function toBody({ name, tags, permissions, expires_at, ...limited }: KeyValues) {
  const { models, endpoints, addresses } = permissions;
  return {
    name,
    tags: tags
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean),
    permissions: {
      models: linesOf(models),
      endpoints: linesOf(endpoints)?.filter(isKeyEndpoint) ?? null,
      addresses: linesOf(addresses),
    },
    expires_at: expires_at === "" ? null : expires_at,
    ...textsToLimits(limited),
  };
}
