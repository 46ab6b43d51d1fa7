// What of a held request is said in words.

import type { Consent } from "#api/queries.ts";
import { formatMoney } from "#format/money.ts";
import { formatCount } from "#format/number.ts";
import type { Tone } from "#parts/status.tsx";

interface State {
  readonly tone: Tone;
  readonly word: string;
}

const states: Readonly<Record<string, State>> = {
  pending: { tone: "warn", word: "waits" },
  approved: { tone: "good", word: "approved" },
  refused: { tone: "bad", word: "refused" },
  used: { tone: "off", word: "has passed" },
  expired: { tone: "off", word: "expired" },
};

/** As the URL and the server have them, in the order of a request's life. */
export const statuses = ["pending", "approved", "used", "refused", "expired"] as const;
export type ConsentStatus = (typeof statuses)[number];

export function stateOf(status: string): State {
  return states[status] ?? { tone: "off", word: status };
}

/** Whose request it is, as far as that is known. */
export function askerOf({ username }: Consent): string {
  return username ?? "a user who is gone";
}

/** Empty where nobody has decided. */
export function deciderOf({ decided_at: at, decided_by_name: name, decided_by: id }: Consent): string {
  if (at === null) return "";
  return name ?? (id === null ? "the admin key" : "a user who is gone");
}

export function modelOf({ model }: Consent): string {
  return model === "" ? "no model" : model;
}

export function costOf({ cost_usd: cost }: Consent): string {
  return cost === null ? "unknown" : formatMoney(cost);
}

const classWords: Readonly<Record<string, string>> = {
  email: "e-mail addresses",
  phone: "phone numbers",
  card: "card numbers",
  iban: "IBANs",
  ip: "IP addresses",
  secret: "secrets",
  pattern: "own patterns",
};

export function classWord(name: string): string {
  return classWords[name] ?? name;
}

/** `e-mail addresses: 2, secrets: 1`. */
export function foundWords({ privacy }: Consent): string {
  return privacy.map(({ class: name, count }) => `${classWord(name)}: ${formatCount(count)}`).join(", ");
}
