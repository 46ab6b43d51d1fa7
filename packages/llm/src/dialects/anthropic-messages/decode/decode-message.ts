// The messages of a request, and its system prompt. A message of an unknown role comes back as it was.

import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { Message, MessageRole, Part } from "#hub.ts";
import { isObject, wordOf } from "#wire/json.ts";
import { decodeContent, usualForm } from "./decode-content.ts";
import type { DecodedContent } from "./decode-content.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";

/** The vendor's system prompt is no message: it stands before all of them. */
export function decodeSystem(reader: FieldReader): readonly Message[] {
  const inner = new FieldReader(dialect, {});
  const content = decodeContent(reader, "system");
  if (content.form === "absent") return [];
  spellContent(inner, content);
  return [{ role: "system", content: content.parts, ...inner.extras() }];
}

export function decodeMessages(messages: readonly unknown[]): readonly Message[] {
  let before: unknown;
  return messages.map((message) => {
    const decoded = decodeMessage(message, before);
    before = isObject(message) ? message["role"] : undefined;
    return decoded;
  });
}

const roles: Readonly<Record<string, MessageRole>> = { user: "user", assistant: "assistant", system: "system" };

/** `before` is the role of the message before. */
function decodeMessage(message: unknown, before: unknown): Message {
  const name = isObject(message) ? wordOf(message["role"]) : "";
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (!isObject(message) || role === undefined) {
    return { role: "user", content: [{ kind: "opaque", dialect, value: message, place: "messages" }] };
  }
  const reader = new FieldReader(dialect, message);
  reader.drop("role");
  const content = decodeContent(reader, "content");
  spellContent(reader, content);
  if (role === "system") reader.spell("place", "messages");
  // Messages of other dialects that follow in the same role are joined; these were sent apart.
  else if (role === before) reader.spell("turn", "own");
  if (isMixed(content.parts)) reader.spell("order", "mixed");
  return { role, content: content.parts, ...reader.extras() };
}

/** Notes the form of a content where it is not what the encoder would choose. */
function spellContent(reader: FieldReader, { parts, form }: DecodedContent): void {
  if (form !== usualForm(parts) || parts.length === 0) reader.spell("content", form);
}

/** Does a tool's result stand behind something else? */
function isMixed(parts: readonly Part[]): boolean {
  const last = parts.findLastIndex((part) => part.kind === "tool_result");
  return parts.slice(0, Math.max(last, 0)).some((part) => part.kind !== "tool_result");
}
