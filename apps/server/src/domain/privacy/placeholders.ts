// What stands in a request for a text that was taken out. It follows from the text and a secret of the key alone: the same text has
// the same placeholder in each turn of a conversation, so that prompt caches of vendors go on working, and whoever sees it cannot
// find the text by trying all there are.

import { createHmac } from "node:crypto";
import type { FoundClass } from "@ghostllm/contract";

export const placeholderWords: Readonly<Record<FoundClass, string>> = {
  email: "EMAIL",
  phone: "PHONE",
  card: "CARD",
  iban: "IBAN",
  ip: "IP",
  secret: "SECRET",
  pattern: "VALUE",
};

/** Without letters that are mistaken for others. */
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Of five bits each: as many as make two texts of the same placeholder less likely than anything else that goes wrong. */
export const hashLength = 12;

/** `EMAIL_7K3MQ9X2RT4W`. */
export function placeholderFor(secret: string, one: FoundClass, text: string): string {
  const hash = createHmac("sha256", `ghostllm placeholders ${secret}`).update(`${one}\0${text}`).digest();
  let written = "";
  for (let at = 0; at < hashLength; at += 1) written += digits.charAt((hash[at] ?? 0) & 31);
  return `${placeholderWords[one]}_${written}`;
}

/** What is put in the place of a text that nobody is to have again. */
export function maskFor(one: FoundClass): string {
  return `[${placeholderWords[one]}]`;
}
