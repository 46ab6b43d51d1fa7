import type { FieldReader } from "#dialects/fields/field-reader.ts";
import { isPlainText } from "#dialects/fields/plain-text.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import type { ToolResultPart } from "#hub.ts";
import { decodeContent, toResultContent } from "./decode-content.ts";

/** Undefined for an item that answers no call. */
export function decodeOutput(type: string, reader: FieldReader): ToolResultPart | undefined {
  const callId = reader.string("call_id");
  if (callId === undefined) return undefined;
  for (const own of ["id", "status", "namespace"]) reader.spellAsWritten(own);
  const name = reader.text("name");
  const { parts, form } = decodeContent(reader, "output", "input_text");
  const usual = parts.length === 1 && isPlainText(parts[0], dialect) ? "string" : "list";
  if (form !== usual || parts.length === 0) reader.spell("output", form);
  if (type !== "function_call_output") reader.spell("type", type);
  const written = reader.peek("output");
  const content = parts.map((part, index) => toResultContent(part, Array.isArray(written) ? written[index] : part));
  return { kind: "tool_result", callId, ...(name !== undefined && { name }), content, ...reader.extras() };
}
