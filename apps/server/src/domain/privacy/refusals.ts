import type { FoundClass, PrivacyCount } from "@ghostllm/contract";
import type { Unreadable } from "@ghostllm/llm";

const names: Readonly<Record<FoundClass, string>> = {
  email: "e-mail addresses",
  phone: "phone numbers",
  card: "numbers of payment cards",
  iban: "numbers of bank accounts",
  ip: "IP addresses",
  secret: "credentials",
  pattern: "what a pattern of the operator describes",
};

/** By its class, and never by its text. */
export function describeFound(found: readonly Pick<PrivacyCount, "class" | "count">[]): string {
  const list = found.map(({ class: one, count }) => `${names[one]} (${count})`).join(", ");
  return `A privacy policy that holds for this API key refuses requests with ${list}. Take them out and send it again.`;
}

const kinds: Readonly<Record<Unreadable, string>> = {
  image: "pictures",
  sound: "sound",
  file: "files",
  "token ids": "texts as numbers of tokens",
};

export function describeUnreadable(what: ReadonlySet<Unreadable>): string {
  const list = Array.from(what, (one) => kinds[one]).join(", ");
  return `A privacy policy that holds for this API key refuses requests with what cannot be looked into: ${list}.`;
}
