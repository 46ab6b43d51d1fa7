// The parts of a content as the dialect writes them: a table of one small function per kind of part.

import { noteOpaque, ownFields, spellingOf } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { Opaque, Part, ReasoningPart, RefusalPart, Seal, TextPart, ToolCallPart, ToolResultPart } from "#hub.ts";
import { encodeMedia } from "#dialects/gemini/media.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { within, writeProto } from "#dialects/gemini/proto.ts";
import { encodeSeal, isSealOfPart } from "#dialects/gemini/seal.ts";
import { encodeCall, writeResponse } from "#dialects/gemini/tool-calls.ts";

export interface PartContext {
  readonly notes: Notes;
  /** Names of the tools by the ids of their calls. */
  readonly names: ReadonlyMap<string, string>;
  /** Whether the model takes media within a tool's result. */
  readonly takesResultMedia: boolean;
}

/** The seal of the part that is written, or of a call that follows it without one of its own. */
type PartEncoder<Kind extends Part["kind"]> = (
  part: Extract<Part, { readonly kind: Kind }>,
  seal: string | undefined,
  context: PartContext,
) => readonly unknown[];
type Encoders = { readonly [Kind in Part["kind"]]: PartEncoder<Kind> };

const encoders: Encoders = {
  text: encodeText,
  refusal: encodeText,
  image: writeMedia,
  document: writeMedia,
  audio: writeMedia,
  reasoning: encodeReasoning,
  tool_call: (call, seal, { notes }) => [encodeCall(call, seal, notes)],
  tool_result: encodeResult,
  opaque: encodeOpaque,
};

function encodePart<Kind extends Part["kind"]>(
  part: Extract<Part, { readonly kind: Kind }>,
  seal: string | undefined,
  context: PartContext,
): readonly unknown[] {
  return encoders[part.kind](part, seal, context);
}

export function encodeParts(parts: readonly Part[], context: PartContext): readonly unknown[] {
  return parts.flatMap((part, at) => {
    const before = parts[at - 1];
    const behind = parts[at + 1];
    if (isSealOfPart(part) && isSealable(before)) return [];
    if (isLoneSeal(part) && isUnsealedCall(behind)) return [];
    const seal = isSealable(part) && isSealOfPart(behind) ? behind.signature : sealWithin(part, before);
    return encodePart(part, seal && encodeSeal(seal), context);
  });
}

/** A part that has no place for its seal in the hub. */
function isSealable(part: Part | undefined): boolean {
  return part !== undefined && !["reasoning", "tool_call", "opaque"].includes(part.kind);
}

/** Clients that cannot give a call's seal back with the call do so before it. */
function isLoneSeal(part: Part | undefined): part is ReasoningPart & { readonly signature: Seal } {
  return part?.kind === "reasoning" && part.text === "" && part.signature !== undefined && !isSealOfPart(part);
}

function isUnsealedCall(part: Part | undefined): part is ToolCallPart {
  return part?.kind === "tool_call" && part.signature === undefined;
}

function sealWithin(part: Part, before: Part | undefined): Seal | undefined {
  if (part.kind === "reasoning") return part.signature ?? part.encrypted;
  if (part.kind !== "tool_call") return undefined;
  return part.signature ?? (isLoneSeal(before) ? before.signature : undefined);
}

/** The vendor refuses parts without a word, but for its own. */
function encodeText(part: TextPart | RefusalPart, seal: string | undefined, { notes }: PartContext) {
  const { text, extras } = part;
  const isOwn = extras?.dialect === dialect;
  if (text === "" && seal === undefined && !isOwn) return [];
  if (part.kind === "text" && part.cache !== undefined) notes.add("cache_control");
  if (part.kind === "text" && part.citations !== undefined && !isOwn) notes.add("citations");
  const spelling = spellingOf(extras, dialect);
  const { thought } = spelling;
  const told = { text, thought: typeof thought === "boolean" ? thought : undefined, thoughtSignature: seal };
  return [writeProto(told, ownFields(extras, dialect, notes), spelling)];
}

function writeMedia(part: Parameters<typeof encodeMedia>[0], seal: string | undefined, { notes }: PartContext) {
  const media = encodeMedia(part, notes);
  return media === undefined ? [] : [{ ...media, ...(seal !== undefined && { thoughtSignature: seal }) }];
}

/** The vendor has no use for the thoughts of others. A seal without words stands in a part of its own. */
function encodeReasoning({ text, extras }: ReasoningPart, seal: string | undefined, { notes }: PartContext) {
  const spelling = spellingOf(extras, dialect);
  if (seal === undefined && extras?.dialect !== dialect) {
    notes.add("reasoning");
    return [];
  }
  const isThought = text !== "" || spelling["thought"] === true;
  const told = { text, thought: isThought ? true : undefined, thoughtSignature: seal };
  return [writeProto(told, ownFields(extras, dialect, notes), spelling)];
}

/** The vendor ties a result to its call by the tool's name. */
function encodeResult(result: ToolResultPart, seal: string | undefined, context: PartContext): readonly unknown[] {
  const { callId, content, isError, extras } = result;
  const { notes, names, takesResultMedia } = context;
  const { functionResponse, ...kept } = ownFields(extras, dialect, notes);
  const spelling = spellingOf(extras, dialect);
  const inner = within(spelling, "functionResponse");
  if (result.cache !== undefined) notes.add("cache_control");
  const isOwn = extras?.dialect === dialect;
  const texts = content.filter((part) => part.kind === "text");
  if (texts.some(({ cache }) => cache !== undefined)) notes.add("cache_control");
  const words = texts.map(({ text }) => text);
  const media = content.filter((part) => part.kind !== "text").flatMap((part) => encodePart(part, undefined, context));
  const isWithin = isOwn || takesResultMedia;
  const told = {
    id: inner["id"] === "absent" ? undefined : callId,
    name: result.name ?? names.get(callId) ?? callId,
    response: isOwn ? inner["response"] : writeResponse(words.join("\n"), isError === true),
    parts: isWithin && media.length > 0 ? media : inner["parts"],
  };
  const written = writeProto(told, within({ functionResponse }, "functionResponse"), inner);
  const part = writeProto({ functionResponse: written, thoughtSignature: seal }, kept, spelling);
  return isWithin ? [part] : [part, ...media];
}

function encodeOpaque({ value, dialect: owner }: Opaque, _seal: unknown, { notes }: PartContext): readonly unknown[] {
  if (owner === dialect) return [value];
  noteOpaque(value, owner, notes);
  return [];
}
