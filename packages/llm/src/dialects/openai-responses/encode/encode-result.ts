// What an answer means -> the answer for a client of this dialect, which knows one choice only: the first.

import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { ChatResult } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeOwn } from "./encode-message.ts";
import { encodeFinish } from "#dialects/openai-responses/finish.ts";
import { encodeLogprobs } from "#dialects/openai-responses/logprobs.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { encodeOutput } from "./output-list.ts";
import { idEnding, readRequestFields, writeResponse } from "#dialects/openai-responses/response-object.ts";
import { ToolNames } from "#dialects/openai-responses/tool-names.ts";

export function encodeResult(result: ChatResult, request: ParsedRequest): string {
  const isOwn = result.extras?.dialect === dialect;
  const answer = isOwn ? encodeOwnResult(result) : encodeForeignResult(result, readRequestFields(request));
  return writeJson(answer, "provider_error");
}

/** As it came from a vendor of this dialect. */
function encodeOwnResult({ id, model, serviceTier, choices, extras }: ChatResult): JsonObject {
  const [choice] = choices;
  const output = encodeOwn(choice?.content ?? [], spellingOf(choice?.extras, dialect), new Set());
  const told = present({ id: id || undefined, model: model || undefined, service_tier: serviceTier });
  return { ...spellingOf(extras, dialect), ...ownFields(extras, dialect, new Set()), ...told, output };
}

function encodeForeignResult(result: ChatResult, request: JsonObject): JsonObject {
  const { content = [], finish = null, logprobs } = result.choices[0] ?? {};
  const hasRefused = content.some(({ kind }) => kind === "refusal");
  const state = encodeFinish(finish, hasRefused);
  const output = encodeOutput(content, {
    names: new ToolNames(request["tools"]),
    ending: idEnding(result),
    lastStatus: String(state["status"]),
    logprobs: encodeLogprobs(logprobs),
  });
  const { usage, serviceTier } = result;
  return writeResponse(request, result, { state, output, usage, serviceTier });
}
