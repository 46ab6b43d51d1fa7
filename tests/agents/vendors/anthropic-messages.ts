// https://docs.anthropic.com/en/api/messages, with thinking between the calls of tools:
// https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#preserving-thinking-blocks

import type { Script } from "@ghostllm/fake-upstream";
import type { Plot, Turn } from "../plot.ts";
import { answerWith, inPieces, isObject, objectAt, objectsIn, streamOf, textOf, unknownMembers } from "./wire.ts";
import type { JsonObject, Wire } from "./wire.ts";

const knownMembers = [
  ...[
    "model",
    "messages",
    "max_tokens",
    "system",
    "metadata",
    "stop_sequences",
    "stream",
    "temperature",
    "top_k",
    "top_p",
  ],
  ...["tools", "tool_choice", "thinking", "service_tier", "container", "mcp_servers", "context_management"],
  ...["output_config", "output_format", "speed", "cache_control", "inference_geo"],
];

const toolName = /^[a-zA-Z0-9_-]{1,128}$/;
const callId = /^[a-zA-Z0-9_-]+$/;

export const anthropicMessages: Wire = {
  dialect: "anthropic-messages",
  idPrefix: "toolu_01",
  isSealing: true,
  isChat: (path) => path === "/v1/messages",

  read({ body }, plot) {
    const messages = objectsIn(body["messages"]);
    const tools = objectsIn(body["tools"]);
    const callers = messages.flatMap((message, at) =>
      callsOf(message).length > 0 ? [{ message, next: messages[at + 1] }] : [],
    );
    const history = callers.map(({ message, next }): RoundRead => {
      const round = plot.roundOf(String(callsOf(message)[0]?.["id"]));
      if (round === null) return { results: null, isSealed: false, faults: ["a call of nobody"] };
      return readRound({ message, next, round }, plot, isThinking(body));
    });
    return {
      tools: tools.map(({ name, input_schema }) => ({ name: String(name), parameters: input_schema })),
      results: history.flatMap(({ results }) => (results === null ? [] : [results])),
      sealsKept: history.filter(({ isSealed }) => isSealed).length,
      faults: [
        ...faultsOf(body),
        ...faultsOfTools(tools),
        ...messages.flatMap(faultsOfMessage),
        ...history.flatMap(({ faults }) => faults),
      ],
    };
  },

  writeTurn(turn, request, plot) {
    const thinking = isThinking(request.body) ? [thinkingBlock(turn, request.body)] : [];
    const calls = turn.calls.map(({ id, name, input }) => ({ type: "tool_use", id, name, input }));
    const content = [...thinking, { type: "text", text: `Round ${turn.round}.` }, ...calls];
    return write(request.body, plot, content, "tool_use");
  },

  writeText: (text, { body }, plot) => write(body, plot, [{ type: "text", text }], "end_turn"),

  refuse: (message) => answerWith({ type: "error", error: { type: "invalid_request_error", message } }, 400),
};

function isThinking(body: JsonObject): boolean {
  return ["enabled", "adaptive"].includes(String(objectAt(body, "thinking")["type"]));
}

/** A client may ask to be told nothing but the signature. */
function thinkingBlock({ thought, seal }: Turn, body: JsonObject): JsonObject {
  const isOmitted = objectAt(body, "thinking")["display"] === "omitted";
  return { type: "thinking", thinking: isOmitted ? "" : thought, signature: seal };
}

function faultsOf(body: JsonObject): readonly string[] {
  const { max_tokens: maxTokens, thinking, temperature } = body;
  const budget = isObject(thinking) ? thinking["budget_tokens"] : undefined;
  return [
    ...unknownMembers(body, knownMembers),
    ...(typeof maxTokens === "number" ? [] : ["max_tokens is missing"]),
    ...(typeof budget === "number" && (budget < 1024 || budget >= Number(maxTokens))
      ? [`thinking budget ${budget} of ${String(maxTokens)}`]
      : []),
    ...(isThinking(body) && temperature !== undefined && temperature !== 1 ? ["temperature beside thinking"] : []),
    ...(objectsIn(body["messages"])[0]?.["role"] === "user" ? [] : ["the first message is not the user's"]),
    ...((JSON.stringify(body).match(/"cache_control":\{/g)?.length ?? 0) > 4 ? ["more than 4 cache marks"] : []),
  ];
}

function faultsOfTools(tools: readonly JsonObject[]): readonly string[] {
  return tools.flatMap(({ name, type, input_schema: schema }) => {
    if (type !== undefined && type !== "custom") return [];
    return [
      ...(toolName.test(String(name)) ? [] : [`tool name ${String(name)}`]),
      ...(isObject(schema) && schema["type"] === "object"
        ? []
        : [`schema of ${String(name)}: ${JSON.stringify(schema)}`]),
    ];
  });
}

function faultsOfMessage({ role, content }: JsonObject): readonly string[] {
  const blocks = objectsIn(content);
  return [
    ...(role === "user" || role === "assistant" || role === "system" ? [] : [`role ${String(role)}`]),
    ...(content === "" || (Array.isArray(content) && content.length === 0) ? ["a message without content"] : []),
    ...blocks.flatMap((block) => (block["type"] === "text" && textOf([block]) === "" ? ["an empty text block"] : [])),
    ...blocks.flatMap(({ type, id }) => (type === "tool_use" && !callId.test(String(id)) ? [`id ${String(id)}`] : [])),
  ];
}

function callsOf({ content }: JsonObject): readonly JsonObject[] {
  return objectsIn(content).filter(({ type }) => type === "tool_use");
}

interface RoundRead {
  /** Null for calls of others. */
  readonly results: readonly string[] | null;
  readonly isSealed: boolean;
  readonly faults: readonly string[];
}

interface Round {
  readonly message: JsonObject;
  readonly next: JsonObject | undefined;
  readonly round: number;
}

function readRound({ message, next, round }: Round, plot: Plot, isThinkingOn: boolean): RoundRead {
  const blocks = objectsIn(message["content"]);
  const calls = callsOf(message);
  const answers = objectsIn(next?.["content"]);
  const leading = answers.slice(0, calls.length);
  const faults = calls.flatMap(({ id }) =>
    leading.some((answer) => answer["tool_use_id"] === id)
      ? []
      : [`tool_use ${String(id)} without a tool_result right after`],
  );
  const results = calls.map(({ id }) => textOf(answers.find((answer) => answer["tool_use_id"] === id)?.["content"]));
  const seals = blocks.filter(({ type }) => type === "thinking");
  const isSealed = seals.length === 1 && seals[0] === blocks[0] && seals[0]?.["signature"] === plot.sealOf(round);
  const isTrue = ["", plot.thoughtOf(round)].includes(String(seals[0]?.["thinking"]));
  const isLost = isThinkingOn && !(isSealed && isTrue);
  return {
    results,
    isSealed,
    faults: isLost
      ? [...faults, `the thinking of round ${round} is lost or changed: ${JSON.stringify(seals).slice(0, 200)}`]
      : faults,
  };
}

function write(body: JsonObject, plot: Plot, content: readonly JsonObject[], stopReason: string): Script {
  const message = {
    id: `msg_01${plot.newAnswerId()}`,
    type: "message",
    role: "assistant",
    model: body["model"],
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: { input_tokens: 900, cache_creation_input_tokens: 0, cache_read_input_tokens: 100, output_tokens: 50 },
  };
  return body["stream"] === true ? stream(message) : answerWith(message);
}

function stream(message: JsonObject & { content: readonly JsonObject[]; stop_reason: string }): Script {
  const events = [
    { type: "message_start", message: { ...message, content: [], stop_reason: null } },
    ...message.content.flatMap((block, index) => blockEvents(block, index)),
    {
      type: "message_delta",
      delta: { stop_reason: message.stop_reason, stop_sequence: null },
      usage: { output_tokens: 50 },
    },
    { type: "message_stop" },
  ];
  const [start, ...rest] = events.map((data) => ({ event: data.type, data }));
  return streamOf(start === undefined ? rest : [start, { event: "ping", data: { type: "ping" } }, ...rest]);
}

function blockEvents(block: JsonObject, index: number): readonly (JsonObject & { type: string })[] {
  const { start, deltas } = startAndDeltas(block);
  return [
    { type: "content_block_start", index, content_block: start },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function startAndDeltas(block: JsonObject): { readonly start: JsonObject; readonly deltas: readonly JsonObject[] } {
  const { text, thinking, signature, input } = block;
  if (block["type"] === "text") {
    return {
      start: { ...block, text: "" },
      deltas: inPieces(String(text)).map((piece) => ({ type: "text_delta", text: piece })),
    };
  }
  if (block["type"] === "tool_use") {
    const pieces = inPieces(JSON.stringify(input));
    return {
      start: { ...block, input: {} },
      deltas: ["", ...pieces].map((piece) => ({ type: "input_json_delta", partial_json: piece })),
    };
  }
  const thoughts = inPieces(String(thinking)).map((piece) => ({ type: "thinking_delta", thinking: piece }));
  return {
    start: { ...block, thinking: "", signature: "" },
    deltas: [...thoughts, { type: "signature_delta", signature }],
  };
}
