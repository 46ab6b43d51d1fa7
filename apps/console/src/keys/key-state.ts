import type { ApiKey } from "#api/queries.ts";
import type { Tone } from "#parts/status.tsx";

export interface KeyState {
  readonly tone: Tone;
  readonly word: "active" | "revoked" | "expired" | "spent";
}

export function stateOf({ is_active, expires_at, budget_usd, spent_usd }: ApiKey, now = Date.now()): KeyState {
  if (!is_active) return { tone: "off", word: "revoked" };
  if (expires_at !== null && Date.parse(expires_at) <= now) return { tone: "off", word: "expired" };
  if (budget_usd !== null && Number(spent_usd) >= Number(budget_usd)) return { tone: "bad", word: "spent" };
  return { tone: "good", word: "active" };
}
