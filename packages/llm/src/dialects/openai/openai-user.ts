import type { ChatRequest } from "#hub.ts";
import type { Notes } from "#dialects/fields/extras.ts";

/** OpenAI takes 64 characters, others 128 or plain letters only; Claude Code sends three times as many, in JSON. */
const nameOfUser = /^[\w.@+:-]{1,64}$/;

/** The name of the client's user for a vendor of the dialect, as far as it would not refuse the request for it. */
export function encodeUserId({ userId, extras }: ChatRequest, dialect: string, notes: Notes): string | undefined {
  if (userId === undefined || extras?.dialect === dialect || nameOfUser.test(userId)) return userId;
  notes.add("user");
  return undefined;
}
