// Messages -> the items of a conversation. One message of the model is several items here: what it thought, what it said,
// and each of its calls.

import { encodeOutput } from "./encode-tool-result.ts";
import { isPlainText } from "#dialects/fields/plain-text.ts";
import { noteOpaque, ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { MediaPart, Message, Part } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeOpaque, encodeParts, encodeText } from "./encode-content.ts";
import { encodeMadeImage } from "#dialects/openai-responses/made-image.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { encodeReasoning } from "#dialects/openai-responses/reasoning.ts";
import { encodeCall } from "#dialects/openai-responses/tool-calls.ts";

export interface EncodedConversation {
  readonly instructions?: string;
  readonly input: readonly unknown[];
}

export function encodeConversation(messages: readonly Message[], notes: Notes): EncodedConversation {
  const [first, ...others] = messages;
  const instructions = first && others.length > 0 ? readInstructions(first) : undefined;
  if (first === undefined || instructions === undefined) {
    return { input: messages.flatMap((message) => encodeMessage(message, notes)) };
  }
  ownFields(first.extras, dialect, notes);
  return { instructions, input: others.flatMap((message) => encodeMessage(message, notes)) };
}

/** The first message, if it is the system's and of plain texts: what the vendor calls the instructions of an answer. */
function readInstructions({ role, content, extras }: Message): string | undefined {
  if (role !== "system" || spellingOf(extras, dialect)["place"] === "input") return undefined;
  const texts = content.map((part) => (part.kind === "text" && part.cache === undefined ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join("\n\n");
}

function encodeMessage(message: Message, notes: Notes): readonly unknown[] {
  const [first] = message.content;
  if (first?.kind === "opaque" && first.place === "messages") {
    if (first.dialect === dialect) return [first.value];
    noteOpaque(first.value, first.dialect, notes);
    return [];
  }
  if (message.name !== undefined) notes.add("name");
  if (message.cache !== undefined) notes.add("cache_control");
  if (message.role !== "assistant") return encodeTurn(message, notes);
  ownFields(message.extras, dialect, notes);
  const items = encodeOwn(message.content, spellingOf(message.extras, dialect), notes);
  return isWrittenHere(message.content.at(-1)) ? items : withoutLooseThoughts(items, notes);
}

/** Results of tools are items of their own, and stand first: they answer the calls before them. */
function encodeTurn(message: Message, notes: Notes): readonly unknown[] {
  const { place: _place, content: form, role = message.role, ...told } = spellingOf(message.extras, dialect);
  const results = message.content.filter((part) => part.kind === "tool_result");
  const spoken = message.content.filter((part) => part.kind !== "tool_result");
  const items = results.map((result) => encodeOutput(result, notes));
  if (spoken.length === 0 && form === undefined) return items;
  const parts = encodeParts(spoken, "input_text", notes);
  if (parts.length === 0 && form === undefined) return items;
  const fields = ownFields(message.extras, dialect, notes);
  const content = writeContent(spoken, parts, form);
  return [...items, { ...fields, ...told, role, ...(form !== "absent" && { content }) }];
}

function writeContent(parts: readonly Part[], written: readonly unknown[], form: unknown): unknown {
  const [first] = parts;
  if (form === "string") return "";
  return form !== "list" && parts.length === 1 && isPlainText(first, dialect) ? first.text : written;
}

/** Each part is an item, but for those of one message. `messages` are the envelopes in which these came. */
export function encodeOwn(parts: readonly Part[], { messages }: JsonObject, notes: Notes): readonly unknown[] {
  const envelopes: readonly unknown[] = Array.isArray(messages) ? messages : [];
  const items: unknown[] = [];
  let before: unknown;
  for (const part of parts) {
    const number = "extras" in part ? spellingOf(part.extras, dialect)["message"] : undefined;
    const envelope = typeof number === "number" ? envelopes[number] : undefined;
    if (envelope === undefined) items.push(...encodeItem(part, notes));
    else if (number !== before) items.push(encodeEnvelope(parts, number, envelope, notes));
    before = number;
  }
  return items;
}

function encodeEnvelope(parts: readonly Part[], number: unknown, envelope: unknown, notes: Notes): JsonObject {
  const held = parts.filter((part) => "extras" in part && spellingOf(part.extras, dialect)["message"] === number);
  const fields = memberOf(envelope, "fields");
  const [first] = held;
  const isString = memberOf(envelope, "form") === "string" && first?.kind === "text";
  const content = isString ? first.text : encodeParts(held, "output_text", notes);
  return { ...(isObject(fields) ? fields : {}), role: "assistant", content };
}

function encodeItem(part: Part, notes: Notes): readonly unknown[] {
  switch (part.kind) {
    case "text":
      // In the plain form, which is valid without the ids that the vendor gives to its own.
      if (part.text !== "") encodeText(part, "output_text", notes);
      return part.text === "" ? [] : [{ role: "assistant", content: part.text }];
    case "refusal":
      return [{ role: "assistant", content: part.text }];
    case "reasoning":
      return [encodeReasoning(part, notes)].filter((item) => item !== undefined);
    case "tool_call":
      return [encodeCall(part, notes)];
    case "tool_result":
      return [encodeOutput(part, notes)];
    case "opaque":
      return [encodeOpaque(part, notes)].filter((item) => item !== undefined);
    case "image":
    case "document":
    case "audio":
      return encodeMade(part, notes);
  }
}

/** What the model made can be told to its vendor only. */
function encodeMade(part: MediaPart, notes: Notes): readonly unknown[] {
  const item = part.extras?.dialect === dialect ? encodeMadeImage(part, "") : undefined;
  if (item !== undefined) return [item];
  notes.add(`${part.kind} of the assistant`);
  return [];
}

function isWrittenHere(part: Part | undefined): boolean {
  return part !== undefined && "extras" in part && part.extras?.dialect === dialect;
}

/** The vendor refuses thoughts that nothing follows. */
function withoutLooseThoughts(items: readonly unknown[], notes: Notes): readonly unknown[] {
  const last = items.findLastIndex((item) => memberOf(item, "type") !== "reasoning");
  if (last < items.length - 1) notes.add("reasoning");
  return items.slice(0, last + 1);
}
