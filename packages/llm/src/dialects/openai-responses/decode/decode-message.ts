// The items of a conversation -> messages: a table of one small function per type of item. What the model wrote between
// two turns of a user is one message, as it is elsewhere; assistant-run.ts gathers it.

import { decodeOutput } from "./decode-tool-result.ts";
import { GhostError } from "@ghostllm/contract";
import { FieldReader, isString } from "#dialects/fields/field-reader.ts";
import type { Message, MessageRole } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { AssistantRun } from "./assistant-run.ts";
import { decodeContent } from "./decode-content.ts";
import { isPlainText } from "#dialects/fields/plain-text.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import type { CallContext } from "#dialects/openai-responses/tool-calls.ts";

export function decodeItems(items: readonly unknown[], context: CallContext): readonly Message[] {
  const messages: Message[] = [];
  let run = new AssistantRun(context);
  items.forEach((item, index) => {
    if (isReference(item)) refuseReference(`input[${index}]`);
    const message = decodeTurn(item);
    if (message === undefined) return run.add(item);
    messages.push(...run.toMessages(), message);
    run = new AssistantRun(context);
  });
  return [...messages, ...run.toMessages()];
}

/** An item that only its vendor has. Its type may be left out. */
function isReference(item: unknown): boolean {
  const type = memberOf(item, "type") ?? undefined;
  if (type === "item_reference") return true;
  return type === undefined && memberOf(item, "role") === undefined && isString(memberOf(item, "id"));
}

function refuseReference(param: string): never {
  throw new GhostError(
    "invalid_request_error",
    `'${param}' refers to an item that another vendor keeps: send the item itself, or ask a provider that speaks this dialect.`,
    { param },
  );
}

const roles: Readonly<Record<string, MessageRole>> = { user: "user", system: "system", developer: "system" };

/** A message of its own; undefined for what the model wrote, and for what has no meaning elsewhere. */
function decodeTurn(item: unknown): Message | undefined {
  if (!isObject(item)) return undefined;
  const type = item["type"] ?? "message";
  const reader = new FieldReader(dialect, item);
  if (type === "message") return decodeSpoken(reader);
  if (type !== "function_call_output" && type !== "custom_tool_call_output") return undefined;
  reader.drop("type");
  const result = decodeOutput(type, reader);
  return result && { role: "user", content: [result] };
}

function decodeSpoken(reader: FieldReader): Message | undefined {
  const name = reader.peek("role");
  const role = isString(name) && Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (role === undefined) return undefined;
  for (const field of ["type", "id", "status"]) reader.spellAsWritten(field);
  reader.drop("role");
  if (name === "developer") reader.spell("role", name);
  // The vendor's instructions are no item; this message is one, wherever it stands.
  if (role === "system") reader.spell("place", "input");
  const { parts, form } = decodeContent(reader, "content", "input_text");
  const usual = parts.length === 1 && isPlainText(parts[0], dialect) ? "string" : "list";
  if (form !== usual || parts.length === 0) reader.spell("content", form);
  return { role, content: parts, ...reader.extras() };
}
