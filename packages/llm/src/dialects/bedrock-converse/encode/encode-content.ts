// The blocks of a message as the dialect writes them: a table of one small function per kind of part.

import { callInput } from "#dialects/fields/call-input.ts";
import { noteOpaque, ownFields } from "#dialects/fields/extras.ts";
import { writeSeal } from "#dialects/seals/seals.ts";
import type { Part, ReasoningPart, ToolCallPart, ToolResultPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import type { EncodingContext } from "./encoding-context.ts";
import { encodeMedia } from "./media.ts";
import { dialect } from "#dialects/bedrock-converse/name.ts";

type Encoders = {
  readonly [Kind in Part["kind"]]: (
    part: Extract<Part, { readonly kind: Kind }>,
    context: EncodingContext,
  ) => JsonObject | undefined;
};

const encoders: Encoders = {
  text({ text, citations = [] }, { notes }) {
    if (citations.length > 0) notes.add("citations");
    return encodeText(text);
  },
  image: encodeMedia,
  document: encodeMedia,
  audio: encodeMedia,
  reasoning: encodeReasoning,
  refusal: ({ text }) => encodeText(text),
  tool_call: encodeToolUse,
  tool_result: encodeToolResult,
  opaque({ value, dialect: owner }, { notes }) {
    noteOpaque(value, owner, notes);
    return undefined;
  },
};

/** Undefined for what has no place here, which is noted, and for texts without a letter, which the vendor refuses. */
export function encodePart<Kind extends Part["kind"]>(
  part: Extract<Part, { readonly kind: Kind }>,
  context: EncodingContext,
): JsonObject | undefined {
  if ("extras" in part) ownFields(part.extras, dialect, context.notes);
  return encoders[part.kind](part, context);
}

function encodeText(text: string): JsonObject | undefined {
  return text.trim() === "" ? undefined : { text };
}

/** Thoughts go back only with the seal of their model. */
function encodeReasoning({ text, signature, encrypted }: ReasoningPart, { notes }: EncodingContext) {
  if (encrypted !== undefined) return { reasoningContent: { redactedContent: writeSeal(encrypted, dialect) } };
  if (signature !== undefined)
    return { reasoningContent: { reasoningText: { text, signature: writeSeal(signature, dialect) } } };
  notes.add("reasoning");
  return undefined;
}

const longestId = 64;

/** The dialect takes letters, digits, `_` and `-` alone, and no more than 64. The same id is always made of the same. */
function encodeId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(-longestId) || "_";
}

function encodeToolUse({ id, name, argumentsText, signature }: ToolCallPart, { notes }: EncodingContext): JsonObject {
  if (signature !== undefined) notes.add("signature of a tool call");
  return { toolUse: { toolUseId: encodeId(id), name, input: callInput(argumentsText, notes) } };
}

function encodeToolResult({ callId, content, isError }: ToolResultPart, context: EncodingContext): JsonObject {
  const blocks = content.map((part) => encodePart(part, context)).filter((block) => block !== undefined);
  return {
    toolResult: {
      toolUseId: encodeId(callId),
      content: blocks,
      ...(isError !== undefined && { status: isError ? "error" : "success" }),
    },
  };
}
