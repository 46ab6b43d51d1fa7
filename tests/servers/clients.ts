// What a client of each dialect sends, and what it reads of the answer, without an SDK: here servers are looked at, not clients.

export const clientNames = ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "ollama"] as const;
export type ClientName = (typeof clientNames)[number];

export interface Question {
  readonly prompt: string;
  readonly stream?: boolean;
  readonly maxTokens?: number;
  /** A PNG goes with the prompt. */
  readonly image?: boolean;
  /** Beginning of the answer. */
  readonly prefill?: string;
  readonly tool?: boolean;
  /** Fields of the dialect's own. */
  readonly more?: object;
}

export interface Told {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly finish: string;
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** The stream was torn off. */
  readonly isCut: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const parse = (text: unknown): unknown => JSON.parse(textOf(text) || "{}") as unknown;

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tool = { name: "get_weather", description: "The weather of a city", parameters };

interface Client {
  readonly path: (model: string, question: Question) => string;
  readonly body: (model: string, question: Question) => object;
  /** Of the whole answer, or of the events of a stream in their order. */
  readonly read: (values: readonly Fields[]) => Told;
}

const turnsOf = ({ prefill }: Question, user: unknown, assistant: (text: string) => object): readonly object[] => [
  { role: "user", content: user },
  ...(prefill === undefined ? [] : [assistant(prefill)]),
];

const plainTurns = (question: Question, user: unknown): readonly object[] =>
  turnsOf(question, user, (content) => ({ role: "assistant", content }));

const lastWith = (values: readonly Fields[], key: string): unknown =>
  values.findLast((value) => value[key] !== undefined && value[key] !== null)?.[key];

const chat: Client = {
  path: () => "/v1/chat/completions",
  body: (model, question) => {
    const { prompt, stream = false, maxTokens, image } = question;
    const url = `data:image/png;base64,${pixel}`;
    const parts = [{ type: "text", text: prompt }, ...(image ? [{ type: "image_url", image_url: { url } }] : [])];
    return {
      ...{ model, stream, temperature: 0, messages: plainTurns(question, image ? parts : prompt) },
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      ...(stream && { stream_options: { include_usage: true } }),
      ...(question.tool && { tools: [{ type: "function", function: tool }] }),
    };
  },
  read: (values) => {
    const choices = values.flatMap(({ choices: told }) => listOf(told)).filter(({ index }) => index === 0);
    const messages = choices.map(({ message, delta }) => fieldsOf(message ?? delta));
    const usage = fieldsOf(lastWith(values, "usage"));
    const calls = messages.flatMap(({ tool_calls: told }) => listOf(told)).map((call) => fieldsOf(call["function"]));
    return {
      text: messages.map(({ content }) => textOf(content)).join(""),
      calls: joinedCalls(calls),
      finish: textOf(lastWith(choices, "finish_reason")),
      prompt: numberOf(usage["prompt_tokens"]),
      completion: numberOf(usage["completion_tokens"]),
      cached: numberOf(fieldsOf(usage["prompt_tokens_details"])["cached_tokens"]),
    };
  },
};

/** A piece without a name goes on with the call before it. */
function joinedCalls(pieces: readonly Fields[]): Told["calls"] {
  const calls: { name: string; text: string }[] = [];
  for (const { name, arguments: text } of pieces) {
    const last = calls.at(-1);
    if (name === undefined && last !== undefined) last.text += textOf(text);
    else calls.push({ name: textOf(name), text: textOf(text) });
  }
  return calls.map(({ name, text }) => ({ name, args: parse(text) }));
}

const responses: Client = {
  path: () => "/v1/responses",
  body: (model, question) => {
    const { prompt, stream = false, maxTokens, image } = question;
    const url = `data:image/png;base64,${pixel}`;
    const parts = [{ type: "input_text", text: prompt }, ...(image ? [{ type: "input_image", image_url: url }] : [])];
    return {
      ...{ model, stream, temperature: 0, store: false, input: plainTurns(question, parts) },
      ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
      ...(question.tool && { tools: [{ type: "function", strict: false, ...tool }] }),
    };
  },
  read: (values) => {
    const response = fieldsOf(lastWith(values, "response") ?? values[0]);
    const output = listOf(response["output"]);
    const usage = fieldsOf(response["usage"]);
    const contents = output.flatMap(({ content }) => listOf(content));
    const calls = output.filter(({ type }) => type === "function_call");
    return {
      text: contents.map(({ text }) => textOf(text)).join(""),
      calls: calls.map(({ name, arguments: args }) => ({ name: textOf(name), args: parse(args) })),
      finish: textOf(fieldsOf(response["incomplete_details"])["reason"]) || textOf(response["status"]),
      prompt: numberOf(usage["input_tokens"]),
      completion: numberOf(usage["output_tokens"]),
      cached: numberOf(fieldsOf(usage["input_tokens_details"])["cached_tokens"]),
    };
  },
};

const messages: Client = {
  path: () => "/v1/messages",
  body: (model, question) => {
    const { prompt, stream = false, maxTokens = 512, image } = question;
    const source = { type: "base64", media_type: "image/png", data: pixel };
    const parts = [{ type: "text", text: prompt }, ...(image ? [{ type: "image", source }] : [])];
    return {
      ...{ model, stream, temperature: 0, max_tokens: maxTokens, messages: plainTurns(question, parts) },
      ...(question.tool && { tools: [{ name: tool.name, input_schema: parameters }] }),
    };
  },
  read: (values) => {
    const blocks = values.flatMap(({ content, delta }) => [...listOf(content), fieldsOf(delta)]);
    const usages = values.flatMap(({ usage, message }) => [fieldsOf(usage), fieldsOf(fieldsOf(message)["usage"])]);
    const last = (key: string): number => numberOf(usages.findLast((usage) => usage[key] !== undefined)?.[key]);
    const cached = last("cache_read_input_tokens");
    return {
      text: blocks.map(({ text }) => textOf(text)).join(""),
      calls: callsOfBlocks(values, blocks),
      finish: textOf(lastWith([...values, ...blocks], "stop_reason")),
      prompt: last("input_tokens") + cached + last("cache_creation_input_tokens"),
      completion: last("output_tokens"),
      cached,
    };
  },
};

function callsOfBlocks(values: readonly Fields[], blocks: readonly Fields[]): Told["calls"] {
  const begun = values.map(({ content_block: block }) => fieldsOf(block));
  const calls = [...blocks, ...begun].filter(({ type }) => type === "tool_use");
  const pieces = blocks.map(({ partial_json: piece }) => textOf(piece)).join("");
  return calls.map(({ name, input }) => ({ name: textOf(name), args: pieces === "" ? input : parse(pieces) }));
}

const gemini: Client = {
  path: (model, { stream }) =>
    `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  body: (_model, { prompt, prefill, maxTokens, image, tool: hasTool }) => ({
    contents: [
      {
        role: "user",
        parts: [{ text: prompt }, ...(image ? [{ inlineData: { mimeType: "image/png", data: pixel } }] : [])],
      },
      ...(prefill === undefined ? [] : [{ role: "model", parts: [{ text: prefill }] }]),
    ],
    generationConfig: { temperature: 0, ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }) },
    ...(hasTool && { tools: [{ functionDeclarations: [{ name: tool.name, parametersJsonSchema: parameters }] }] }),
  }),
  read: (values) => {
    const candidates = values.flatMap((value) => listOf(value["candidates"]));
    const parts = candidates.flatMap(({ content }) => listOf(fieldsOf(content)["parts"]));
    const usage = fieldsOf(lastWith(values, "usageMetadata"));
    const calls = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [fieldsOf(functionCall)]));
    return {
      text: parts.map(({ text }) => textOf(text)).join(""),
      calls: calls.map(({ name, args }) => ({ name: textOf(name), args })),
      finish: textOf(lastWith(candidates, "finishReason")),
      prompt: numberOf(usage["promptTokenCount"]),
      completion: numberOf(usage["candidatesTokenCount"]),
      cached: numberOf(usage["cachedContentTokenCount"]),
    };
  },
};

const ollama: Client = {
  path: () => "/api/chat",
  body: (model, question) => {
    const { prompt, stream = false, maxTokens, image, prefill } = question;
    return {
      ...{ model, stream },
      messages: [
        { role: "user", content: prompt, ...(image && { images: [pixel] }) },
        ...(prefill === undefined ? [] : [{ role: "assistant", content: prefill }]),
      ],
      options: { temperature: 0, ...(maxTokens !== undefined && { num_predict: maxTokens }) },
      ...(question.tool && { tools: [{ type: "function", function: tool }] }),
    };
  },
  read: (values) => {
    const told = values.map(({ message }) => fieldsOf(message));
    const calls = told.flatMap((message) => listOf(message["tool_calls"])).map((call) => fieldsOf(call["function"]));
    return {
      text: told.map(({ content }) => textOf(content)).join(""),
      calls: calls.map(({ name, arguments: args }) => ({ name: textOf(name), args })),
      finish: textOf(lastWith(values, "done_reason")),
      prompt: numberOf(lastWith(values, "prompt_eval_count")),
      completion: numberOf(lastWith(values, "eval_count")),
      cached: 0,
    };
  },
};

const clients: Readonly<Record<ClientName, Client>> = {
  "openai-chat": chat,
  "openai-responses": responses,
  "anthropic-messages": messages,
  gemini,
  ollama,
};

export interface Gateway {
  readonly url: string;
  readonly key: string;
}

/** The bytes, as far as they come. */
export async function send({ url, key }: Gateway, path: string, body?: object, signal?: AbortSignal): Promise<Reply> {
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const { status, headers } = response;
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true });
    return { status, headers, body: text, isCut: false };
  } catch {
    return { status, headers, body: text, isCut: true };
  }
}

export interface Asked extends Question {
  readonly signal?: AbortSignal;
}

export async function ask(gateway: Gateway, name: ClientName, model: string, asked: Asked): Promise<Reply> {
  const { path, body } = clients[name];
  return send(gateway, path(model, asked), { ...body(model, asked), ...asked.more }, asked.signal);
}

/** The objects that stand in an answer or in a stream of any dialect. */
export function valuesIn(body: string): readonly Fields[] {
  const lines = body.split(/\r?\n/).map((line) => line.replace(/^data: ?/, ""));
  return lines.filter((line) => line.startsWith("{")).map((line) => fieldsOf(JSON.parse(line)));
}

export function read(name: ClientName, { body }: Reply): Told {
  return clients[name].read(valuesIn(body));
}

/** The message of an error, whole or as the last event of a stream. */
export function errorIn({ body }: Reply): string {
  const told = valuesIn(body).flatMap((value) => [value["error"], fieldsOf(value["response"])["error"]]);
  const error = told.findLast((one) => one !== undefined && one !== null);
  return typeof error === "string" ? error : textOf(fieldsOf(error)["message"]);
}
