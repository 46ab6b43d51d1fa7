// What an event says, in one line.

import type { FollowedEvent } from "#api/events.ts";
import { nameOf } from "#api/events.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";

type Data = FollowedEvent["event"]["data"];

const words: Readonly<Record<string, (text: (name: string) => string, data: Data) => string>> = {
  "user.login": (text) =>
    `${text("username")} has signed in${text("address") === "" ? "" : ` from ${text("address")}`}`,
  "key.created": (text) => `“${text("name")}”, ${text("public_id")}`,
  "user.limit": (text, data) => `budget ${data["budget_usd"] === null ? "none" : formatMoney(text("budget_usd"))}`,
  "model.added": (text) => `${text("provider")}/${text("model")}`,
  "provider.down": (text) => `${text("provider")} is left alone for a while`,
  "provider.up": (text) => `${text("provider")} is asked again`,
  "target.opened": (text) => `${text("provider")}/${text("model")} rests`,
  "target.parked": (text) => `${text("provider")}/${text("model")} is parked: ${text("reason")}`,
  "target.closed": (text) => `${text("provider")}/${text("model")} answers again`,
  "request.start": (text) => text("requested_model"),
  "request.end": (text) =>
    `${text("provider")}/${text("model")}, ${text("status")} in ${formatDuration(Number(text("latency_ms")))}`,
  "usage.tracked": (text, data) =>
    `${formatCount(Number(text("prompt_tokens")))} + ${formatCount(Number(text("completion_tokens")))} tokens, ${data["cost_usd"] === null ? "price unknown" : formatMoney(text("cost_usd"))}`,
  "budget.threshold": (text) =>
    `${text("scope_kind")} has spent ${formatMoney(text("spent_usd"))} of ${formatMoney(text("budget_usd"))}: ${text("percent")} %`,
  "consent.requested": (text, data) =>
    `${text("requested_model")} waits for consent, ${data["cost_usd"] === null ? "cost unknown" : `at most ${formatMoney(text("cost_usd"))}`}`,
  "consent.decided": (text) => `${text("requested_model")} is ${text("status")}`,
  "rate.exceeded": (text) => `refused at ${text("path")}`,
  "privacy.blocked": (text) => `refused at ${text("path")}`,
  "guardrail.blocked": (text) => `${text("guardrail")} at ${text("path")}`,
};

export function wordsOfEvent({ event: { type, data } }: FollowedEvent): string {
  const text = (name: string): string => {
    const value = data[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return words[nameOf(type) ?? ""]?.(text, data) ?? JSON.stringify(data);
}
