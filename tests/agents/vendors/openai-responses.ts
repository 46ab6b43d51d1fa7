// https://platform.openai.com/docs/api-reference/responses, without state of its own: thoughts go to the client encrypted, and
// come back with it. https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items

import type { Script } from "@ghostllm/fake-upstream";
import type { Plot } from "../plot.ts";
import { answerWith, inPieces, isObject, objectsIn, streamOf, textOf, tooLong, unknownMembers } from "./wire.ts";
import type { JsonObject, Wire } from "./wire.ts";

const knownMembers = [
  ...["background", "client_metadata", "context_management", "conversation", "include", "input", "instructions"],
  ...[
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
  ],
  ...[
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
  ],
  ...["stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user"],
];

const toolName = /^[a-zA-Z0-9_-]{1,64}$/;

export const openaiResponses: Wire = {
  dialect: "openai-responses",
  idPrefix: "call_",
  isSealing: true,
  isChat: (path) => path === "/v1/responses",

  read({ body }, plot) {
    const items = typeof body["input"] === "string" ? [] : objectsIn(body["input"]);
    const tools = objectsIn(body["tools"]).flatMap(functionsOf);
    const calls = items.filter(({ type }) => type === "function_call");
    const rounds = roundsOf(calls, plot);
    const seals = items.flatMap((item, at) => (item["type"] === "reasoning" ? [{ item, next: items[at + 1] }] : []));
    const isKept = (round: number): boolean =>
      seals.some(({ item }) => item["encrypted_content"] === plot.sealOf(round));
    return {
      tools: tools.map(({ name, parameters }) => ({ name: String(name), parameters })),
      results: rounds.map((ids) => ids.map((id) => outputOf(items, id))),
      sealsKept: rounds.filter((_, round) => isKept(round)).length,
      faults: [
        ...unknownMembers(body, knownMembers),
        ...tooLong([body["user"], body["safety_identifier"]], 64, "user"),
        ...tooLong(
          items.flatMap(({ id, call_id: callId }) => [id, callId]),
          64,
          "id of an item",
        ),
        ...tools.flatMap(faultsOfTool),
        ...calls.flatMap((call) => faultsOfCall(call, items, plot)),
        ...seals.flatMap(({ item, next }) => faultsOfReasoning(item, next, plot)),
        ...rounds.flatMap((_, round) =>
          isEncrypted(body) && !isKept(round) ? [`the thinking of round ${round} is lost`] : [],
        ),
      ],
    };
  },

  writeTurn({ round, thought, seal, calls }, { body }, plot) {
    const reasoning = {
      id: `rs_${plot.name}${round}`,
      type: "reasoning",
      summary: [{ type: "summary_text", text: thought }],
      ...(isEncrypted(body) && { encrypted_content: seal }),
    };
    const items = calls.map(({ id, name, input }) => ({
      id: `fc_${id}`,
      type: "function_call",
      status: "completed",
      arguments: JSON.stringify(input),
      call_id: id,
      name,
    }));
    return write(body, plot, [reasoning, ...items]);
  },

  writeText(text, { body }, plot) {
    const content = [{ type: "output_text", annotations: [], logprobs: [], text }];
    return write(body, plot, [
      { id: `msg_${plot.newAnswerId()}`, type: "message", status: "completed", role: "assistant", content },
    ]);
  },

  refuse: (message) => answerWith({ error: { message, type: "invalid_request_error", param: null, code: null } }, 400),
};

/** A namespace groups functions; everywhere else its name is put before theirs. */
function functionsOf(tool: JsonObject): readonly JsonObject[] {
  if (tool["type"] === "function") return [tool];
  if (tool["type"] !== "namespace") return [];
  return objectsIn(tool["tools"]).map((each) => ({
    ...each,
    name: `${String(tool["name"])}__${String(each["name"])}`,
  }));
}

function isEncrypted(body: JsonObject): boolean {
  return Array.isArray(body["include"]) && body["include"].includes("reasoning.encrypted_content");
}

/** The ids of the plot's calls, by round. */
function roundsOf(calls: readonly JsonObject[], plot: Plot): readonly (readonly string[])[] {
  const rounds: string[][] = [];
  for (const { call_id: callId } of calls) {
    const round = plot.roundOf(String(callId));
    if (round !== null) (rounds[round] ??= []).push(String(callId));
  }
  return rounds;
}

function outputOf(items: readonly JsonObject[], id: string): string {
  const output = items.find(({ type, call_id: callId }) => type === "function_call_output" && callId === id)?.[
    "output"
  ];
  return textOf(output);
}

function faultsOfTool({ name, parameters }: JsonObject): readonly string[] {
  return [
    ...(toolName.test(String(name)) ? [] : [`tool name ${String(name)}`]),
    ...(isObject(parameters) && parameters["type"] === "object" ? [] : [`schema of ${String(name)}`]),
  ];
}

function faultsOfCall({ call_id: callId }: JsonObject, items: readonly JsonObject[], plot: Plot): readonly string[] {
  const isAnswered = items.some((item) => item["type"] === "function_call_output" && item["call_id"] === callId);
  return [
    ...(isAnswered ? [] : [`No tool output found for function call ${String(callId)}.`]),
    ...(plot.roundOf(String(callId)) === null ? [`a call of nobody: ${String(callId)}`] : []),
  ];
}

function faultsOfReasoning(item: JsonObject, next: JsonObject | undefined, plot: Plot): readonly string[] {
  const { id, encrypted_content: encrypted } = item;
  const isOurs = [0, 1].some((round) => encrypted === plot.sealOf(round));
  return [
    ...(encrypted === undefined || encrypted === null || isOurs ? [] : ["an encrypted thought of somebody else"]),
    ...(next === undefined || next["type"] === "function_call_output"
      ? [`Item '${String(id)}' of type 'reasoning' was provided without its required following item.`]
      : []),
  ];
}

const usage = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 1050,
};

function write(body: JsonObject, plot: Plot, output: readonly JsonObject[]): Script {
  const begun = {
    id: `resp_${plot.newAnswerId()}`,
    object: "response",
    created_at: 1_750_000_000,
    status: "in_progress",
    error: null,
    incomplete_details: null,
    model: body["model"],
    output: [],
    parallel_tool_calls: true,
    store: false,
    tools: body["tools"] ?? [],
    usage: null,
  };
  const response = { ...begun, status: "completed", output, usage };
  if (body["stream"] !== true) return answerWith(response);
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...output.flatMap((item, index) => itemEvents(item, index)),
    { type: "response.completed", response },
  ];
  return streamOf(events.map((event, at) => ({ event: event.type, data: { ...event, sequence_number: at } })));
}

type Event = JsonObject & { readonly type: string };

function itemEvents(item: JsonObject, index: number): readonly Event[] {
  const at = { output_index: index, item_id: item["id"] };
  const inside: Readonly<Record<string, () => readonly Event[]>> = {
    message: () => textEvents(item, at),
    reasoning: () => summaryEvents(item, at),
    function_call: () => argumentEvents(item, at),
  };
  return [
    { type: "response.output_item.added", output_index: index, item: { ...item, ...emptyOf(item) } },
    ...(inside[String(item["type"])]?.() ?? []),
    { type: "response.output_item.done", output_index: index, item },
  ];
}

/** How an item looks before its content has come. */
function emptyOf({ type }: JsonObject): JsonObject {
  if (type === "message") return { status: "in_progress", content: [] };
  if (type === "reasoning") return { summary: [] };
  return { status: "in_progress", arguments: "" };
}

function textEvents({ content }: JsonObject, at: JsonObject): readonly Event[] {
  const part = objectsIn(content)[0] ?? {};
  const place = { ...at, content_index: 0 };
  const text = textOf(content);
  return [
    { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
    ...inPieces(text).map((delta) => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] })),
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part },
  ];
}

function summaryEvents({ summary }: JsonObject, at: JsonObject): readonly Event[] {
  const part = objectsIn(summary)[0] ?? {};
  const place = { ...at, summary_index: 0 };
  const text = textOf(summary);
  return [
    { type: "response.reasoning_summary_part.added", ...place, part: { ...part, text: "" } },
    ...inPieces(text).map((delta) => ({ type: "response.reasoning_summary_text.delta", ...place, delta })),
    { type: "response.reasoning_summary_text.done", ...place, text },
    { type: "response.reasoning_summary_part.done", ...place, part },
  ];
}

function argumentEvents({ arguments: text, name }: JsonObject, at: JsonObject): readonly Event[] {
  return [
    ...inPieces(String(text)).map((delta) => ({ type: "response.function_call_arguments.delta", ...at, delta })),
    { type: "response.function_call_arguments.done", ...at, name, arguments: text },
  ];
}
