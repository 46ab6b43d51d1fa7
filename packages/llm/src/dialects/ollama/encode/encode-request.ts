// What a request means -> the body for a vendor of this dialect. Nothing that came in this dialect is lost; what came in
// another one and has no place here is named in the notes.

import type { EncodedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { ChatRequest } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeFormat } from "#dialects/ollama/answer-format.ts";
import { encodeMessages } from "./encode-message.ts";
import { encodePrompt } from "#dialects/ollama/generate.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { encodeOptions } from "#dialects/ollama/options.ts";
import { encodeReasoningWish } from "#dialects/ollama/reasoning-wish.ts";
import { encodeTools } from "#dialects/ollama/tools.ts";

export function encodeRequest(request: ChatRequest, edits: RequestEdits): EncodedRequest {
  const { model } = edits;
  const notes: Notes = new Set();
  const spelling = spellingOf(request.extras, dialect);
  const { options, ...fields } = ownFields(request.extras, dialect, notes);
  const body = {
    model,
    ...(encodePrompt(request) ?? encodeChat(request, spelling, notes)),
    ...encodeOptions(request, options, spelling),
    ...encodeFormat(request.format, spelling, notes),
    ...encodeReasoningWish(request, edits, notes),
    ...encodeLogprobs(request, spelling),
    ...(spelling["stream"] !== "absent" && { stream: request.stream }),
    ...fields,
  };
  noteUnspeakable(request, notes);
  return { body: writeJson(body, "invalid_request_error"), notes: [...notes] };
}

function encodeChat(request: ChatRequest, spelling: JsonObject, notes: Notes): JsonObject {
  return {
    ...(spelling["messages"] !== "absent" && { messages: encodeMessages(request.messages, notes) }),
    ...encodeTools(request, spelling, notes),
  };
}

function encodeLogprobs({ logprobs }: ChatRequest, spelling: JsonObject): JsonObject {
  if (logprobs === undefined) return present({ logprobs: spelling["logprobs"] });
  const top = logprobs === 0 ? spelling["top_logprobs"] : logprobs;
  return { logprobs: true, ...present({ top_logprobs: top }) };
}

/** What no field of the dialect says. */
function noteUnspeakable({ answers = 1, serviceTier, userId }: ChatRequest, notes: Notes): void {
  if (answers !== 1) notes.add("n");
  if (serviceTier !== undefined) notes.add("service_tier");
  if (userId !== undefined) notes.add("user");
}
