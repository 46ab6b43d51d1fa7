import { chatModel, namedEvent, wordsOf } from "./dialect.ts";
import type { Frames, Json, Speech, VendorDialect } from "./dialect.ts";
import { openaiChat } from "./openai-chat.ts";

const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 4,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 14,
};

function itemOf(speech: Speech): Json {
  if ("call" in speech) {
    const { name, args } = speech.call;
    const call = { call_id: "call_Abc123", name, arguments: JSON.stringify(args) };
    return { id: "fc_1", type: "function_call", status: "completed", ...call };
  }
  const content = [{ type: "output_text", text: speech.text, annotations: [], logprobs: [] }];
  return { id: "msg_1", type: "message", role: "assistant", status: "completed", content };
}

function responseOf(status: string, output: readonly Json[]): Json {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: chatModel,
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage: status === "completed" ? usage : null,
  };
}

type Told = readonly [type: string, fields: Json];

const part = { item_id: "msg_1", output_index: 0, content_index: 0 };
const textPart = (text: string): Json => ({ type: "output_text", text, annotations: [], logprobs: [] });

function begun(item: Json): readonly Told[] {
  const isCall = item["type"] === "function_call";
  const empty = { ...item, status: "in_progress", ...(isCall ? { arguments: "" } : { content: [] }) };
  const added: Told = ["response.output_item.added", { output_index: 0, item: empty }];
  return isCall ? [added] : [added, ["response.content_part.added", { ...part, part: textPart("") }]];
}

function bodyOf(speech: Speech): readonly Told[] {
  if ("text" in speech) {
    return wordsOf(speech.text).map((delta) => ["response.output_text.delta", { ...part, delta, logprobs: [] }]);
  }
  const delta = JSON.stringify(speech.call.args);
  return [["response.function_call_arguments.delta", { item_id: "fc_1", output_index: 0, delta }]];
}

function ended(speech: Speech, item: Json): readonly Told[] {
  const done: readonly Told[] =
    "text" in speech
      ? [
          ["response.output_text.done", { ...part, text: speech.text, logprobs: [] }],
          ["response.content_part.done", { ...part, part: textPart(speech.text) }],
        ]
      : [["response.function_call_arguments.done", { item_id: "fc_1", output_index: 0, arguments: item["arguments"] }]];
  return [
    ...done,
    ["response.output_item.done", { output_index: 0, item }],
    ["response.completed", { response: responseOf("completed", [item]) }],
  ];
}

function frames(speech: Speech): Frames {
  const item = itemOf(speech);
  let sequence_number = -1;
  const write = ([type, fields]: Told): string => namedEvent(type, { sequence_number: ++sequence_number, ...fields });
  const created: Told = ["response.created", { response: responseOf("in_progress", []) }];
  return {
    begin: [created, ...begun(item)].map(write),
    body: bodyOf(speech).map(write),
    end: ended(speech, item).map(write),
  };
}

export const openaiResponses: VendorDialect = {
  ...openaiChat,
  name: "openai-responses",
  providerType: "openai",
  asked: (path, body) => {
    if (!path.endsWith("/responses")) return path.endsWith("/chat/completions") ? "else" : openaiChat.asked(path, body);
    return body["stream"] === true ? "stream" : "answer";
  },
  whole: (speech) => responseOf("completed", [itemOf(speech)]),
  frames,
  errorFrame: (message) => namedEvent("error", { sequence_number: 3, code: "server_error", message, param: null }),
};
