import { ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { isPlainText } from "#dialects/fields/plain-text.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import type { ToolResultPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeParts } from "./encode-content.ts";

export function encodeOutput(part: ToolResultPart, notes: Notes): JsonObject {
  const { callId, content, extras } = part;
  const { type = "function_call_output", output: form, ...told } = spellingOf(extras, dialect);
  if (part.isError) notes.add("is_error");
  if (part.cache !== undefined) notes.add("cache_control");
  const name = extras?.dialect === dialect ? part.name : undefined;
  const output = encodeParts(content, "input_text", notes);
  const [first] = content;
  const isText = form !== "list" && content.length === 1 && isPlainText(first, dialect);
  const written = form === "string" || output.length === 0 ? "" : isText ? first.text : output;
  return {
    ...ownFields(extras, dialect, notes),
    ...told,
    type,
    call_id: callId,
    ...present({ name }),
    ...(form !== "absent" && { output: form === "list" ? output : written }),
  };
}
