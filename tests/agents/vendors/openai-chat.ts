// https://platform.openai.com/docs/api-reference/chat. Its reasoning models keep their thoughts, so there is no seal.

import type { Script } from "@ghostllm/fake-upstream";
import type { Plot } from "../plot.ts";
import {
  answerWith,
  inPieces,
  isObject,
  objectAt,
  objectsIn,
  streamOf,
  textOf,
  tooLong,
  unknownMembers,
} from "./wire.ts";
import type { JsonObject, Wire } from "./wire.ts";

const knownMembers = [
  ...[
    "model",
    "messages",
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_tokens",
  ],
  ...[
    "max_completion_tokens",
    "metadata",
    "modalities",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "seed",
  ],
  ...[
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "service_tier",
  ],
  ...[
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
  ],
  ...["verbosity", "web_search_options"],
];

const toolName = /^[a-zA-Z0-9_-]{1,64}$/;

export const openaiChat: Wire = {
  dialect: "openai-chat",
  idPrefix: "call_",
  isSealing: false,
  isChat: (path) => path === "/v1/chat/completions",

  read({ body }, plot) {
    const messages = objectsIn(body["messages"]);
    const tools = objectsIn(body["tools"]);
    const callers = messages.filter(({ tool_calls: calls }) => objectsIn(calls).length > 0);
    const isOfPlot = (message: JsonObject): boolean => plot.roundOf(idsOf(message)[0] ?? "") !== null;
    const resultOf = (id: string): string =>
      textOf(messages.find(({ role, tool_call_id: callId }) => role === "tool" && callId === id)?.["content"]);
    return {
      tools: tools.map((tool) => {
        const { name, parameters } = objectAt(tool, "function");
        return { name: String(name), parameters };
      }),
      results: callers.filter(isOfPlot).map((message) => idsOf(message).map(resultOf)),
      sealsKept: 0,
      faults: [
        ...unknownMembers(body, knownMembers),
        ...tooLong([body["user"]], 64, "user"),
        ...tooLong(callers.flatMap(idsOf), 40, "id of a call"),
        ...(tools.length > 128 ? ["more than 128 tools"] : []),
        ...tools.flatMap(faultsOfTool),
        ...messages.flatMap((message, at) => faultsOfMessage(message, messages.slice(at + 1))),
        ...callers.flatMap((message) => (isOfPlot(message) ? [] : [`calls of nobody: ${idsOf(message).join()}`])),
      ],
    };
  },

  writeTurn({ calls, round }, { body }, plot) {
    const toolCalls = calls.map(({ id, name, input }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(input) },
    }));
    return write(body, plot, { content: round === 0 ? null : `Round ${round}.`, toolCalls });
  },

  writeText: (text, { body }, plot) => write(body, plot, { content: text, toolCalls: [] }),

  refuse: (message) => answerWith({ error: { message, type: "invalid_request_error", param: null, code: null } }, 400),
};

function idsOf({ tool_calls: calls }: JsonObject): readonly string[] {
  return objectsIn(calls).map(({ id }) => String(id));
}

function faultsOfTool(tool: JsonObject): readonly string[] {
  if (tool["type"] === "custom") return [];
  const { name, parameters } = objectAt(tool, "function");
  const isSchema = parameters === undefined || (isObject(parameters) && parameters["type"] === "object");
  return [
    ...(tool["type"] === "function" ? [] : [`tool of type ${String(tool["type"])}`]),
    ...(toolName.test(String(name)) ? [] : [`tool name ${String(name)}`]),
    ...(isSchema ? [] : [`schema of ${String(name)}: ${JSON.stringify(parameters)}`]),
    ...unknownMembers(tool, ["type", "function"], "tools[]."),
    ...unknownMembers(objectAt(tool, "function"), ["name", "description", "parameters", "strict"], "tools[].function."),
  ];
}

/** Every call is answered by the tool messages that follow right after. */
function faultsOfMessage(message: JsonObject, following: readonly JsonObject[]): readonly string[] {
  const { role, content } = message;
  const roles = ["system", "developer", "user", "assistant", "tool"];
  const end = following.findIndex((next) => next["role"] !== "tool");
  const answers = following.slice(0, end < 0 ? undefined : end);
  const isAnswered = (id: string): boolean => answers.some((answer) => answer["tool_call_id"] === id);
  const hasCalls = idsOf(message).length > 0;
  return [
    ...(roles.includes(String(role)) ? [] : [`role ${String(role)}`]),
    ...((content === null || content === undefined) && !hasCalls ? [`a ${String(role)} message without content`] : []),
    ...(Array.isArray(content) && content.length === 0 ? ["an empty list as content"] : []),
    ...idsOf(message).flatMap((id) => (isAnswered(id) ? [] : [`tool call ${id} without its tool message`])),
    ...(role === "tool"
      ? objectsIn(content).flatMap(({ type }) => (type === "text" ? [] : [`a tool message of ${String(type)}`]))
      : []),
  ];
}

interface Said {
  readonly content: string | null;
  readonly toolCalls: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

const usage = {
  prompt_tokens: 1000,
  completion_tokens: 50,
  total_tokens: 1050,
  prompt_tokens_details: { cached_tokens: 100, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 0 },
};

function write(body: JsonObject, plot: Plot, said: Said): Script {
  const common = {
    id: `chatcmpl-${plot.newAnswerId()}`,
    created: 1_750_000_000,
    model: body["model"],
    system_fingerprint: "fp_1",
  };
  const finishReason = said.toolCalls.length > 0 ? "tool_calls" : "stop";
  if (body["stream"] !== true) {
    const calls = said.toolCalls.length > 0 ? { tool_calls: said.toolCalls } : {};
    const message = { role: "assistant", content: said.content, refusal: null, ...calls };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }];
    return answerWith({ ...common, object: "chat.completion", choices, usage });
  }
  const deltas = [{ role: "assistant", content: said.content === null ? null : "", refusal: null }, ...deltasOf(said)];
  const chunk = (choices: readonly JsonObject[], rest: JsonObject = {}): { data: JsonObject } => ({
    data: { ...common, object: "chat.completion.chunk", choices, ...rest },
  });
  const isUsageAsked = objectAt(body, "stream_options")["include_usage"] === true;
  return streamOf([
    ...deltas.map((delta) => chunk([{ index: 0, delta, logprobs: null, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: finishReason }]),
    ...(isUsageAsked ? [chunk([], { usage })] : []),
    { data: "[DONE]" },
  ]);
}

function deltasOf({ content, toolCalls }: Said): readonly JsonObject[] {
  const texts = inPieces(content ?? "").map((piece) => ({ content: piece }));
  const calls = toolCalls.flatMap(({ id, function: { name, arguments: text } }, index) => [
    { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
    ...inPieces(text).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  return [...texts, ...calls];
}
