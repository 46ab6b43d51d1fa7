// The contents of a request, and its instructions. What is no content at all comes back as it was.

import type { Message, MessageRole, Part } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeParts } from "./decode-content.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { fieldOf, ProtoReader } from "#dialects/gemini/proto.ts";
import type { CallIds } from "#dialects/gemini/tool-calls.ts";

/** The vendor's instructions are no content of the talk: they stand before all of them. */
export function decodeSystem(reader: ProtoReader, ids: CallIds): readonly Message[] {
  const content = reader.object("systemInstruction");
  if (content === undefined) return [];
  const inner = new ProtoReader(content);
  // It has no meaning here: most clients write none, and some `user`.
  inner.spellAsWritten("role");
  return [{ role: "system", ...decodeContent(inner, ids) }];
}

function decodeContent(reader: ProtoReader, ids: CallIds): Pick<Message, "content" | "extras"> {
  const parts = reader.repeated("parts");
  if (parts === undefined || parts.length === 0) reader.spell("parts", parts);
  const content = decodeParts(parts ?? [], ids);
  if (isMixed(content)) reader.spell("order", "mixed");
  return { content, ...reader.extras() };
}

/** Does a tool's result stand behind something else? */
function isMixed(parts: readonly Part[]): boolean {
  const last = parts.findLastIndex((part) => part.kind === "tool_result");
  return parts.slice(0, Math.max(last, 0)).some((part) => part.kind !== "tool_result");
}

const roles: Readonly<Record<string, MessageRole>> = { user: "user", model: "assistant", function: "user" };

export function decodeContents(contents: readonly unknown[], ids: CallIds): readonly Message[] {
  let before: MessageRole | undefined;
  return contents.map((content) => {
    const role = roleOf(content);
    const message = role !== undefined && isObject(content) ? decodeTurn(content, role, before, ids) : keep(content);
    before = role;
    return message;
  });
}

/** Who does not say who speaks is the user, as is who speaks in a role that the vendor does not know. */
function roleOf(content: unknown): MessageRole | undefined {
  const role = fieldOf(content, "role") ?? "user";
  if (typeof role !== "string") return undefined;
  return Object.hasOwn(roles, role) ? roles[role] : "user";
}

function decodeTurn(content: JsonObject, role: MessageRole, before: MessageRole | undefined, ids: CallIds): Message {
  const reader = new ProtoReader(content);
  reader.spell("role", reader.peek("role") ?? (reader.has("role") ? null : "absent"));
  reader.drop("role");
  // Messages of other dialects that follow in the same role are joined; these were sent apart.
  if (role === before) reader.spell("turn", "own");
  return { role, ...decodeContent(reader, ids) };
}

function keep(value: unknown): Message {
  return { role: "user", content: [{ kind: "opaque", dialect, value, place: "messages" }] };
}
