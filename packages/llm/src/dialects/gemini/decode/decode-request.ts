// A client's request in this dialect -> what it means. Called for requests that go to a target of another dialect.
// Every field is either understood, or kept in `extras`: encode-request.ts makes the same body of it again.

import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { present } from "#dialects/fields/extras.ts";
import type { ChatRequest, Tool } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import { decodeContents, decodeSystem } from "./decode-message.ts";
import { decodeConfig, hoistConfig } from "#dialects/gemini/generation-config.ts";
import { ProtoReader } from "#dialects/gemini/proto.ts";
import { CallIds } from "#dialects/gemini/tool-calls.ts";
import { decodeToolChoice, decodeTools } from "#dialects/gemini/tools.ts";

const exact = new ExactMembers({
  texts: ["args", "response"],
  numbers: [
    ...["parameters", "parametersJsonSchema", "parameters_json_schema"],
    ...["responseSchema", "response_schema", "responseJsonSchema", "response_json_schema"],
  ],
});

export function decodeRequest({ body, model, stream }: ParsedRequest): ChatRequest {
  const fields = parseExactly(body.toString("utf8"), exact);
  if (!isObject(fields)) throw new GhostError("invalid_request_error", "The request body must be a JSON object.");
  const reader = new ProtoReader(fields);
  const ids = new CallIds("call_");
  // The SDK for Python writes it beside the path.
  reader.spellAsWritten("model");
  const request = {
    model,
    messages: [...decodeSystem(reader, ids), ...decodeContents(reader.repeated("contents") ?? [], ids)],
    tools: decodeToolList(reader),
    ...decodeToolChoice(reader),
    ...decodeConfig(reader),
    stream,
    ...present({ serviceTier: reader.text("serviceTier") }),
  };
  return { ...request, ...hoistConfig(reader.extras()) };
}

function decodeToolList(reader: ProtoReader): readonly Tool[] {
  const tools = reader.repeated("tools");
  if (tools?.length === 0) reader.spell("tools", "empty");
  // The spelling marks a request of this dialect.
  else reader.spell("tools", "told");
  return (tools ?? []).flatMap(decodeTools);
}
