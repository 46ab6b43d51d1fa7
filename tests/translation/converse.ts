// Reads a request in Amazon's dialect, which no client speaks, as far as it is compared.

import type { CacheMark, ChatRequest, Message, Part, Tool, ToolChoice } from "../../packages/llm/src/hub.ts";
import { present } from "../../packages/llm/src/dialects/fields/extras.ts";
import { isObject } from "../../packages/llm/src/wire/json.ts";
import type { JsonObject } from "../../packages/llm/src/wire/json.ts";

export function readConverse(body: JsonObject): ChatRequest {
  const { inferenceConfig, toolConfig, additionalModelRequestFields: own, outputConfig, serviceTier } = body;
  const { maxTokens, temperature, topP, stopSequences } = fieldsOf(inferenceConfig);
  const { tools, toolChoice } = fieldsOf(toolConfig);
  const { top_k: topK = fieldsOf(fieldsOf(own)["inferenceConfig"])["topK"] } = fieldsOf(own);
  const system: Message = { role: "system", content: listOf(body["system"]).flatMap(readBlock) };
  return {
    model: "",
    messages: [system, ...listOf(body["messages"]).map(readMessage)],
    tools: listOf(tools).flatMap(readTool),
    sampling: present({ temperature, topP, topK }) as ChatRequest["sampling"],
    stopSequences: listOf(stopSequences).map(String),
    stream: false,
    ...(present({
      maxOutputTokens: maxTokens,
      toolChoice: readChoice(toolChoice),
      serviceTier: fieldsOf(serviceTier)["type"],
      format: readFormat(outputConfig),
      reasoning: readReasoning(fieldsOf(own)),
    }) as Partial<ChatRequest>),
  };
}

function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value : [];
}

function readMessage({ role, content }: JsonObject): Message {
  return { role: role === "assistant" ? "assistant" : "user", content: listOf(content).flatMap(readBlock) };
}

const readers: Readonly<Record<string, (value: JsonObject) => Part>> = {
  image: readMedia("image"),
  document: readMedia("document"),
  audio: readMedia("audio"),
  video: readMedia("document"),
  toolUse: ({ toolUseId: id, name, input }) => ({
    kind: "tool_call",
    id: String(id),
    name: String(name),
    argumentsText: JSON.stringify(input),
  }),
  toolResult: ({ toolUseId, content, status }) => ({
    kind: "tool_result",
    callId: String(toolUseId),
    content: listOf(content).flatMap(readBlock) as [],
    isError: status === "error",
  }),
  reasoningContent: ({ reasoningText }) => ({ kind: "reasoning", text: String(fieldsOf(reasoningText)["text"]) }),
  cachePoint: ({ ttl }) => ({ kind: "text", text: "", cache: present({ ttl }) as CacheMark }),
};

function readBlock(block: JsonObject): readonly Part[] {
  return Object.entries(block).flatMap(([kind, value]): readonly Part[] => {
    if (kind === "text") return [{ kind, text: String(value) }];
    const read = readers[kind];
    return read === undefined ? [] : [read(fieldsOf(value))];
  });
}

function readMedia(kind: "image" | "document" | "audio"): (value: JsonObject) => Part {
  return ({ format, source }) => {
    const mediaType =
      kind === "document" && ["txt", "md", "csv", "html"].includes(String(format)) ? "text/x" : `${kind}/x`;
    const { bytes, s3Location } = fieldsOf(source);
    if (typeof bytes === "string") return { kind, source: { kind: "data", mediaType, base64: bytes } };
    return { kind, source: { kind: "url", url: String(fieldsOf(s3Location)["uri"]) } };
  };
}

/** The mark of a cache stands behind its tool. */
function readTool({ toolSpec, cachePoint }: JsonObject): readonly Tool[] {
  if (isObject(cachePoint))
    return [{ kind: "function", name: "", cache: present({ ttl: cachePoint["ttl"] }) as CacheMark }];
  if (!isObject(toolSpec)) return [];
  const { name, description, strict, inputSchema } = toolSpec;
  return [present({ kind: "function", name, description, strict, parameters: fieldsOf(inputSchema)["json"] }) as Tool];
}

function readChoice(choice: unknown): ToolChoice | undefined {
  const { tool, any, auto } = fieldsOf(choice);
  if (isObject(tool)) return { kind: "function", name: String(tool["name"]) };
  if (any !== undefined) return { kind: "required" };
  return auto === undefined ? undefined : { kind: "auto" };
}

function readFormat(config: unknown): ChatRequest["format"] {
  const { structure } = fieldsOf(fieldsOf(config)["textFormat"]);
  const { schema, name, description } = fieldsOf(fieldsOf(structure)["jsonSchema"]);
  if (typeof schema !== "string") return undefined;
  const told = { kind: "schema", schema: JSON.parse(schema) as unknown, name, description };
  return present(told) as ChatRequest["format"];
}

/** Every family of models has a field of its own. */
function readReasoning({ thinking, reasoningConfig, reasoning_effort: effort }: JsonObject): ChatRequest["reasoning"] {
  return thinking === undefined && reasoningConfig === undefined && effort === undefined
    ? undefined
    : { effort: "some" };
}
