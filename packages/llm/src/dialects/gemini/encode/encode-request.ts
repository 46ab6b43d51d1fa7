// What a request means -> the body for a vendor of this dialect. Nothing that came in this dialect is lost; what came in
// another one and has no place here is named in the notes.

import type { EncodedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { needsOfCrossing } from "#fitting/needs.ts";
import type { ChatRequest, Message, Part } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeMessages } from "./encode-message.ts";
import { fit } from "#dialects/gemini/straight/fit.ts";
import { encodeConfig, lowerConfig } from "#dialects/gemini/generation-config.ts";
import { isThirdGeneration } from "#dialects/gemini/models.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { writeProto } from "#dialects/gemini/proto.ts";
import { noSeal } from "#dialects/gemini/seal.ts";
import { encodeToolChoice, encodeTools } from "#dialects/gemini/tools.ts";

export function encodeRequest(request: ChatRequest, { model, quirks }: RequestEdits): EncodedRequest {
  const notes: Notes = new Set();
  const spelling = spellingOf(request.extras, dialect);
  const { toolConfig, generationConfig, ...kept } = lowerConfig(ownFields(request.extras, dialect, notes), spelling);
  const messages = request.extras?.dialect === dialect ? request.messages : sealCalls(request.messages, model);
  const context = { notes, names: namesOf(messages), takesResultMedia: isThirdGeneration(model) };
  const body = {
    ...present({ model: spelling["model"] }),
    ...encodeMessages(messages, context),
    ...(spelling["tools"] === "empty" && { tools: [] }),
    ...encodeTools(request.tools, notes),
    ...encodeToolChoice(request, toolConfig, spelling),
    ...encodeConfig(request, { model, kept: generationConfig, spelling, notes }),
    ...encodeTier(request, notes),
  };
  noteUnspeakable(request, notes);
  const fitted = fit(writeProto(body, kept, spelling), needsOfCrossing(quirks, model), notes);
  return { body: writeJson(fitted, "invalid_request_error"), notes: [...notes] };
}

function namesOf(messages: readonly Message[]): ReadonlyMap<string, string> {
  const calls = messages.flatMap(({ content }) => content).filter((part) => part.kind === "tool_call");
  return new Map(calls.map(({ id, name }) => [id, name]));
}

/** Each step's first call must have a seal. */
function sealCalls(messages: readonly Message[], model: string): readonly Message[] {
  if (!isThirdGeneration(model)) return messages;
  return messages.map((message) => {
    const first = message.content.findIndex((part) => part.kind === "tool_call");
    return first < 0 || isSealed(message.content, first) ? message : { ...message, content: sealed(message, first) };
  });
}

/** By its own seal or by one that stands before it. */
function isSealed(content: readonly Part[], at: number): boolean {
  return content.slice(Math.max(0, at - 1), at + 1).some((part) => "signature" in part && part.signature !== undefined);
}

function sealed({ content }: Message, at: number): readonly Part[] {
  return content.map((part, index) =>
    index === at && part.kind === "tool_call" ? { ...part, signature: noSeal } : part,
  );
}

const tiers: Readonly<Partial<Record<string, string>>> = {
  default: "standard",
  standard: "standard",
  standard_only: "standard",
  flex: "flex",
  priority: "priority",
};

function encodeTier({ serviceTier, extras }: ChatRequest, notes: Notes): JsonObject {
  if (serviceTier === undefined) return {};
  if (extras?.dialect === dialect) return { serviceTier };
  if (serviceTier === "auto") return {};
  const tier = Object.hasOwn(tiers, serviceTier) ? tiers[serviceTier] : undefined;
  if (tier === undefined) notes.add("service_tier");
  return present({ serviceTier: tier });
}

/** What no field of the dialect says. */
function noteUnspeakable({ allowsParallelToolCalls, userId }: ChatRequest, notes: Notes): void {
  if (allowsParallelToolCalls === false) notes.add("parallel_tool_calls");
  if (userId !== undefined) notes.add("user");
}
