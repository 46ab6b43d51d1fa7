import type { Webhook } from "#api/queries.ts";
import type { Tone } from "#parts/status.tsx";

interface WebhookState {
  readonly tone: Tone;
  readonly word: string;
}

export function stateOfWebhook({ is_active, inactive_reason, failing_since }: Webhook): WebhookState {
  if (!is_active)
    return { tone: inactive_reason === null ? "off" : "bad", word: inactive_reason === null ? "off" : "switched off" };
  return failing_since === null ? { tone: "good", word: "on" } : { tone: "warn", word: "failing" };
}
