// One talk about tools in every dialect: what clients send of it, and what vendors answer. Arguments are texts of JSON, put
// into the bytes as they are, so that a test can say that not a letter of them changed.

import { encodeEventMessage } from "@ghostllm/fake-upstream";
import type { Script } from "@ghostllm/fake-upstream";

export const clientNames = ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "ollama"] as const;
export type ClientName = (typeof clientNames)[number];

export const vendorNames = [...clientNames, "bedrock-converse"] as const;
export type VendorName = (typeof vendorNames)[number];

export interface Call {
  readonly id: string;
  readonly name: string;
  /** JSON of an object. */
  readonly args: string;
  /** What the tool answered. */
  readonly result?: string;
}

export interface Talk {
  readonly model: string;
  readonly stream?: boolean;
  readonly tools: readonly string[];
  /** JSON Schema of what each tool takes. */
  readonly parameters?: string;
  readonly mustCall?: string;
  /** Turns of the model, each of which called tools at once. */
  readonly turns?: readonly (readonly Call[])[];
}

export interface Asked {
  readonly path: string;
  readonly body: string;
}

const text = (value: unknown): string => JSON.stringify(value);
const noParameters = '{"type":"object","properties":{}}';
const list = (values: readonly string[]): string => `[${values.join(",")}]`;

function fields(values: Readonly<Record<string, string | undefined>>): string {
  const told = Object.entries(values).filter(([, value]) => value !== undefined);
  return `{${told.map(([key, value]) => `${text(key)}:${value}`).join(",")}}`;
}

const chatCall = ({ id, name, args }: Call, written: string): string =>
  `{"id":${text(id)},"type":"function","function":{"name":${text(name)},"arguments":${written || text(args)}}}`;

type Asker = (talk: Talk) => Asked;

export const clients: Readonly<Record<ClientName, Asker>> = {
  "openai-chat": ({ model, stream, tools, parameters = noParameters, mustCall, turns = [] }) => ({
    path: "/v1/chat/completions",
    body: fields({
      model: text(model),
      stream: text(stream ?? false),
      messages: list([
        '{"role":"user","content":"x"}',
        ...turns.flatMap((calls) => [
          `{"role":"assistant","content":null,"tool_calls":${list(calls.map((call) => chatCall(call, "")))}}`,
          ...calls.map(({ id, result }) => fields({ role: '"tool"', tool_call_id: text(id), content: text(result) })),
        ]),
      ]),
      tools: list(
        tools.map((name) => `{"type":"function","function":{"name":${text(name)},"parameters":${parameters}}}`),
      ),
      tool_choice: mustCall && text({ type: "function", function: { name: mustCall } }),
    }),
  }),
  "openai-responses": ({ model, stream, tools, parameters = noParameters, mustCall, turns = [] }) => ({
    path: "/v1/responses",
    body: fields({
      model: text(model),
      stream: text(stream ?? false),
      input: list([
        '{"role":"user","content":"x"}',
        ...turns.flatMap((calls) => [
          ...calls.map(({ id, name, args }) => text({ type: "function_call", call_id: id, name, arguments: args })),
          ...calls.map(({ id, result }) => text({ type: "function_call_output", call_id: id, output: result })),
        ]),
      ]),
      tools: list(
        tools.map((name) => `{"type":"function","strict":false,"name":${text(name)},"parameters":${parameters}}`),
      ),
      tool_choice: mustCall && text({ type: "function", name: mustCall }),
    }),
  }),
  "anthropic-messages": ({ model, stream, tools, parameters = noParameters, mustCall, turns = [] }) => ({
    path: "/v1/messages",
    body: fields({
      model: text(model),
      stream: text(stream ?? false),
      max_tokens: "99",
      messages: list([
        '{"role":"user","content":"x"}',
        ...turns.flatMap((calls) => [
          `{"role":"assistant","content":${list(
            calls.map(({ id, name, args }) =>
              fields({ type: '"tool_use"', id: text(id), name: text(name), input: args }),
            ),
          )}}`,
          text({
            role: "user",
            content: calls.map(({ id, result }) => ({ type: "tool_result", tool_use_id: id, content: result })),
          }),
        ]),
      ]),
      tools: list(tools.map((name) => `{"name":${text(name)},"input_schema":${parameters}}`)),
      tool_choice: mustCall && text({ type: "tool", name: mustCall }),
    }),
  }),
  gemini: ({ model, stream, tools, parameters = noParameters, mustCall, turns = [] }) => ({
    path: `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: fields({
      contents: list([
        '{"role":"user","parts":[{"text":"x"}]}',
        ...turns.flatMap((calls) => [
          `{"role":"model","parts":${list(
            calls.map(({ id, name, args }) => {
              return `{"functionCall":${fields({ id: text(id), name: text(name), args })}}`;
            }),
          )}}`,
          text({
            role: "user",
            parts: calls.map(({ id, name, result }) => ({ functionResponse: { id, name, response: { result } } })),
          }),
        ]),
      ]),
      tools: `[{"functionDeclarations":${list(
        tools.map((name) => `{"name":${text(name)},"parametersJsonSchema":${parameters}}`),
      )}}]`,
      toolConfig: mustCall && text({ functionCallingConfig: { mode: "ANY", allowedFunctionNames: [mustCall] } }),
    }),
  }),
  ollama: ({ model, stream, tools, parameters = noParameters, turns = [] }) => ({
    path: "/api/chat",
    body: fields({
      model: text(model),
      stream: text(stream ?? false),
      messages: list([
        '{"role":"user","content":"x"}',
        ...turns.flatMap((calls) => [
          `{"role":"assistant","content":"","tool_calls":${list(calls.map((call) => chatCall(call, call.args)))}}`,
          ...calls.map(({ id, name, result }) =>
            fields({ role: '"tool"', tool_call_id: text(id), tool_name: text(name), content: text(result) }),
          ),
        ]),
      ]),
      tools: list(
        tools.map((name) => `{"type":"function","function":{"name":${text(name)},"parameters":${parameters}}}`),
      ),
    }),
  }),
};

const sse = (events: readonly string[]): string => events.map((data) => `data: ${data}\n\n`).join("");

function named(events: readonly string[]): string {
  return events.map((data) => `event: ${String(JSON.parse(data).type)}\ndata: ${data}\n\n`).join("");
}

function whole(body: string): Script {
  return { kind: "answer", text: body, headers: { "content-type": "application/json" } };
}

function streamed(body: string, contentType = "text/event-stream"): Script {
  return { kind: "raw", text: body, headers: { "content-type": contentType } };
}

/** What an answer says beside its calls. Null: the vendor leaves it out. */
export interface AnswerHead {
  readonly id?: string | null;
  readonly thought?: string;
}

type Answerer = (calls: readonly Call[], stream: boolean, head?: AnswerHead) => Script;

export const answers: Readonly<Record<VendorName, Answerer>> = {
  "openai-chat": (calls, stream, { id = "c1", thought } = {}) => {
    const head = { ...(id !== null && { id }), created: 1767225600, model: "m" };
    const thoughts = thought === undefined ? {} : { reasoning_content: thought };
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    if (!stream) {
      const told = calls.map((call) => JSON.parse(chatCall(call, "")) as object);
      const message = { role: "assistant", content: calls.length > 0 ? null : "ok", ...thoughts };
      const finish_reason = calls.length > 0 ? "tool_calls" : "stop";
      const choice = {
        index: 0,
        message: { ...message, ...(calls.length > 0 && { tool_calls: told }) },
        finish_reason,
      };
      return whole(text({ ...head, object: "chat.completion", choices: [choice], usage }));
    }
    const delta = (told: object, finish_reason: string | null = null): string =>
      text({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta: told, finish_reason }] });
    return streamed(
      sse([
        ...(thought === undefined ? [] : [delta({ role: "assistant", ...thoughts })]),
        ...(calls.length > 0 ? [] : [delta({ role: "assistant", content: "ok" })]),
        ...calls.map((call, index) => {
          return delta({ tool_calls: [{ index, ...(JSON.parse(chatCall(call, "")) as object) }] });
        }),
        delta({}, calls.length > 0 ? "tool_calls" : "stop"),
        text({ ...head, object: "chat.completion.chunk", choices: [], usage }),
        "[DONE]",
      ]),
    );
  },
  "openai-responses": (calls, stream, { id = "resp_1" } = {}) => {
    const items = calls.map((call, at) => ({
      type: "function_call",
      id: `fc_${at}`,
      call_id: call.id,
      name: call.name,
      arguments: call.args,
      status: "completed",
    }));
    const said = { type: "message", id: "msg_1", role: "assistant", content: [{ type: "output_text", text: "ok" }] };
    const output = calls.length > 0 ? items : [said];
    const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
    const response = { ...(id !== null && { id }), object: "response", created_at: 1767225600, model: "m" };
    const done = { ...response, status: "completed", output, usage };
    if (!stream) return whole(text(done));
    return streamed(
      named([
        text({ type: "response.created", response: { ...response, status: "in_progress", output: [] } }),
        ...output.flatMap((item, output_index) => [
          text({ type: "response.output_item.added", output_index, item: { ...item, arguments: "", content: [] } }),
          text({ type: "response.output_item.done", output_index, item }),
        ]),
        text({ type: "response.completed", response: done }),
      ]),
    );
  },
  "anthropic-messages": (calls, stream, { id = "msg_1" } = {}) => {
    const head = `${id === null ? "" : `"id":${text(id)},`}"type":"message","role":"assistant","model":"m"`;
    const blockOf = (call: Call, input: string): string =>
      fields({ type: '"tool_use"', id: text(call.id), name: text(call.name), input });
    const content = calls.length > 0 ? calls.map((call) => blockOf(call, call.args)) : ['{"type":"text","text":"ok"}'];
    const stop = text(calls.length > 0 ? "tool_use" : "end_turn");
    const usage = '{"input_tokens":3,"output_tokens":2}';
    if (!stream) {
      return whole(`{${head},"content":${list(content)},"stop_reason":${stop},"stop_sequence":null,"usage":${usage}}`);
    }
    return streamed(
      named([
        `{"type":"message_start","message":{${head},"content":[],"stop_reason":null,"usage":${usage}}}`,
        ...content.flatMap((_block, index) => {
          const call = calls[index];
          const begun = call === undefined ? '{"type":"text","text":""}' : blockOf(call, "{}");
          const delta =
            call === undefined
              ? { type: "text_delta", text: "ok" }
              : { type: "input_json_delta", partial_json: call.args };
          return [
            `{"type":"content_block_start","index":${index},"content_block":${begun}}`,
            text({ type: "content_block_delta", index, delta }),
            text({ type: "content_block_stop", index }),
          ];
        }),
        `{"type":"message_delta","delta":{"stop_reason":${stop}},"usage":${usage}}`,
        '{"type":"message_stop"}',
      ]),
    );
  },
  gemini: (calls, stream, { id = "g1" } = {}) => {
    const parts =
      calls.length > 0
        ? calls.map((call) => {
            const given = call.id === "" ? undefined : text(call.id);
            return `{"functionCall":${fields({ id: given, name: text(call.name), args: call.args })}}`;
          })
        : ['{"text":"ok"}'];
    const body = fields({
      candidates: `[{"content":{"role":"model","parts":${list(parts)}},"finishReason":"STOP","index":0}]`,
      usageMetadata: '{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}',
      modelVersion: '"m"',
      responseId: id === null ? undefined : text(id),
    });
    return stream ? streamed(sse([body])) : whole(body);
  },
  ollama: (calls, stream) => {
    const written = calls.map(({ id, name, args }) => {
      const given = id === "" ? undefined : text(id);
      return fields({ id: given, function: fields({ name: text(name), arguments: args }) });
    });
    const said = `"content":${text(calls.length > 0 ? "" : "ok")}`;
    const message = `{"role":"assistant",${said}${calls.length > 0 ? `,"tool_calls":${list(written)}` : ""}}`;
    const counts = '"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":2';
    const head = '"model":"m","created_at":"2026-01-01T00:00:00.000000001Z"';
    if (!stream) return whole(`{${head},"message":${message},${counts}}`);
    const last = `{${head},"message":{"role":"assistant","content":""},${counts}}`;
    return streamed(`{${head},"message":${message},"done":false}\n${last}\n`, "application/x-ndjson");
  },
  "bedrock-converse": (calls, stream) => {
    const uses = calls.map(({ id, name, args }) => {
      return `{"toolUse":${fields({ toolUseId: text(id), name: text(name), input: args })}}`;
    });
    const stopReason = calls.length > 0 ? "tool_use" : "end_turn";
    const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };
    if (!stream) {
      const content = calls.length > 0 ? list(uses) : '[{"text":"ok"}]';
      const message = `{"role":"assistant","content":${content}}`;
      return whole(`{"output":{"message":${message}},"stopReason":${text(stopReason)},"usage":${text(usage)}}`);
    }
    const blocks = calls.map(({ id, name, args }, contentBlockIndex) => [
      encodeEventMessage("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId: id, name } } }),
      encodeEventMessage("contentBlockDelta", { contentBlockIndex, delta: { toolUse: { input: args } } }),
      encodeEventMessage("contentBlockStop", { contentBlockIndex }),
    ]);
    const said = [
      encodeEventMessage("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "ok" } }),
      encodeEventMessage("contentBlockStop", { contentBlockIndex: 0 }),
    ];
    const bytes = Buffer.concat([
      encodeEventMessage("messageStart", { role: "assistant" }),
      ...(calls.length > 0 ? blocks.flat() : said),
      encodeEventMessage("messageStop", { stopReason }),
      encodeEventMessage("metadata", { usage }),
    ]);
    const headers = { "content-type": "application/vnd.amazon.eventstream" };
    return { kind: "raw", base64: bytes.toString("base64"), headers };
  },
};

/** A call as a client was told it; arguments are null where the dialect has no text of them. */
export interface ToldCall {
  readonly id: string;
  readonly name: string;
}

/** All documents of an answer: one, or the events of a stream. */
export function documentsOf(body: string): readonly Json[] {
  const lines = body
    .split("\n")
    .map((line) => line.replace(/^data: /, ""))
    .filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Json);
}

export type Json = Readonly<Record<string, unknown>>;

/** Every object within `value` that has the member `key`, in order. */
function holdersOf(value: unknown, key: string): readonly Json[] {
  if (typeof value !== "object" || value === null) return [];
  const own = !Array.isArray(value) && key in value ? [value as Json] : [];
  return [...own, ...Object.values(value).flatMap((inner) => holdersOf(inner, key))];
}

/** The calls that an answer tells, whole or streamed; those that are told again as a whole are told once here. */
export function callsIn(client: ClientName, body: string): readonly ToldCall[] {
  const found = documentsOf(body).flatMap((document) => readers[client](document));
  const calls = new Map(found.map((call) => [`${call.id} ${call.name}`, call]));
  return [...calls.values()];
}

const readers: Readonly<Record<ClientName, (document: Json) => readonly ToldCall[]>> = {
  "openai-chat": (document) =>
    holdersOf(document, "function")
      .filter(({ id }) => typeof id === "string")
      .map((call) => ({ id: String(call["id"]), name: String((call["function"] as Json)["name"]) })),
  "openai-responses": (document) =>
    holdersOf(document, "call_id").map((call) => ({ id: String(call["call_id"]), name: String(call["name"]) })),
  "anthropic-messages": (document) =>
    holdersOf(document, "id")
      .filter(({ type }) => type === "tool_use")
      .map((call) => ({ id: String(call["id"]), name: String(call["name"]) })),
  gemini: (document) =>
    holdersOf(document, "functionCall").map((part) => {
      const call = part["functionCall"] as Json;
      return { id: String(call["id"]), name: String(call["name"]) };
    }),
  ollama: (document) =>
    holdersOf(document, "function").map((call) => ({
      id: String(call["id"]),
      name: String((call["function"] as Json)["name"]),
    })),
};

/** The members of this name in an answer, as they are written. */
function membersOf(body: string, key: string): readonly string[] {
  const found: string[] = [];
  const name = `"${key}":{`;
  for (let at = body.indexOf(name); at >= 0; at = body.indexOf(name, at + 1)) {
    if (body[at - 1] === "\\") continue;
    const start = at + name.length - 1;
    const end = endOfObject(body, start);
    found.push(body.slice(start, end));
    at = end;
  }
  return found;
}

function endOfObject(body: string, start: number): number {
  let depth = 0;
  const tokens = /"(?:[^"\\]|\\.)*"|[{}]/g;
  tokens.lastIndex = start;
  for (let token = tokens.exec(body); token !== null; token = tokens.exec(body)) {
    if (token[0] === "{") depth += 1;
    else if (token[0] === "}") depth -= 1;
    if (depth === 0) return tokens.lastIndex;
  }
  return body.length;
}

/** The arguments of the calls that an answer tells, letter by letter. */
export function argumentsIn(client: ClientName, body: string, stream: boolean): readonly string[] {
  const documents = documentsOf(body);
  if (client === "gemini") return membersOf(body, "args");
  if (client === "ollama") return membersOf(body, "arguments");
  if (client === "anthropic-messages") {
    if (!stream) return membersOf(body, "input");
    return joined(
      documents.flatMap((event) => (event["type"] === "content_block_delta" ? [event] : [])),
      "partial_json",
    );
  }
  if (client === "openai-responses") {
    const items = documents.flatMap((document) => holdersOf(document, "call_id"));
    const done = items.filter(({ arguments: written }) => written !== "");
    return [...new Map(done.map((item) => [item["call_id"], String(item["arguments"])])).values()];
  }
  const calls = documents.flatMap((document) => holdersOf(document, "function"));
  return stream ? joined(calls, "arguments") : calls.map((call) => String((call["function"] as Json)["arguments"]));
}

/** Texts of pieces, joined by the `index` of each. */
function joined(pieces: readonly Json[], key: string): readonly string[] {
  const texts = new Map<unknown, string>();
  for (const piece of pieces) {
    const added = holdersOf(piece, key).map((holder) => String(holder[key]));
    texts.set(piece["index"], (texts.get(piece["index"]) ?? "") + added.join(""));
  }
  return [...texts.values()];
}
