// What a request tells its vendor, in a form in which those of two dialects can be compared: how it is written does not
// count, nor do spaces, ids of calls, and where one message ends and the next of the same role begins.

import { isObject, parseJson } from "../../packages/llm/src/wire/json.ts";
import type { ChatRequest, FunctionTool, MediaPart, Part, ToolResultPart } from "../../packages/llm/src/hub.ts";

/** Something that is told to the model, in its place. */
export interface Item {
  readonly role: "user" | "assistant";
  readonly kind: "text" | "image" | "document" | "audio" | "thought" | "call" | "result";
  /** As text, so that equal things are equal. */
  readonly value: string;
}

/** Something beside the conversation, which has a name of its own, or of a part of it. */
export interface Trait {
  readonly name: string;
  readonly value: string;
}

export interface Gist {
  readonly system: string;
  readonly items: readonly Item[];
  readonly traits: readonly Trait[];
}

export function gistOf(request: ChatRequest): Gist {
  const calls = callsOf(request);
  const spoken = request.messages.filter(({ role }) => role !== "system");
  const instructions = request.messages.filter(({ role }) => role === "system").flatMap(({ content }) => content);
  const items = spoken.flatMap(({ role, content }) => {
    const speaker = role === "assistant" ? ("assistant" as const) : ("user" as const);
    return content.flatMap((part) => itemsOf(part, calls)).map((item) => ({ role: speaker, ...item }));
  });
  const system = squeeze(instructions.flatMap((part) => textOf(part) ?? []).join(""));
  const traits = [
    ...parameterTraits(request),
    ...request.tools.filter(isAllowed(request)).flatMap(toolTraits),
    ...messageTraits(request),
  ];
  return { system, items, traits };
}

/** The number of each call in the conversation, by its id. */
function callsOf({ messages }: ChatRequest): ReadonlyMap<string, number> {
  const calls = messages.flatMap(({ content }) => content).filter(({ kind }) => kind === "tool_call");
  return new Map(calls.map((call, index) => ["id" in call ? call.id : "", index]));
}

type Told = Omit<Item, "role">;

function itemsOf(part: Part, calls: ReadonlyMap<string, number>): readonly Told[] {
  const text = textOf(part);
  if (text !== undefined) return squeeze(text) === "" ? [] : [{ kind: "text", value: squeeze(text) }];
  switch (part.kind) {
    case "image":
    case "document":
    case "audio":
      return [{ kind: kindOf(part), value: mediaOf(part) }];
    case "reasoning":
      return squeeze(part.text) === "" ? [] : [{ kind: "thought", value: squeeze(part.text) }];
    case "tool_call":
      return [{ kind: "call", value: canonical([part.name, parseArguments(part.argumentsText)]) }];
    case "tool_result":
      return resultOf(part, calls);
    case "text":
    case "refusal":
    case "opaque":
      return [];
  }
}

/** Media within a result stand behind it here: some dialects have no other place for them. */
function resultOf(part: ToolResultPart, calls: ReadonlyMap<string, number>): readonly Told[] {
  const texts = part.content.flatMap((inner) => textOf(inner) ?? []).join("");
  const media = part.content.filter((inner) => textOf(inner) === undefined).flatMap((inner) => itemsOf(inner, calls));
  const value = parseJson(texts);
  const told = typeof value === "object" && value !== null ? canonical(value) : texts;
  return [{ kind: "result", value: canonical([calls.get(part.callId) ?? null, squeeze(told)]) }, ...media];
}

/** What is told in words, also where they come as a document. */
function textOf(part: Part): string | undefined {
  if (part.kind === "text" || part.kind === "refusal") return part.text;
  if (part.kind !== "document" || part.source.kind !== "data") return undefined;
  const { mediaType, base64 } = part.source;
  return mediaType.startsWith("text/") ? Buffer.from(base64, "base64").toString("utf8") : undefined;
}

/** Some dialects send sounds and images as files, which have a type or are just a place in the web. */
function kindOf({ kind, source }: MediaPart): Item["kind"] {
  if (source.kind !== "data") return "document";
  const [type] = source.mediaType.split("/");
  return type === "image" || type === "audio" ? type : kind;
}

/** Google also writes base64 for URLs. */
function mediaOf({ source }: MediaPart): string {
  if (source.kind === "data") return source.base64.replaceAll("-", "+").replaceAll("_", "/");
  return source.kind === "url" ? source.url : source.fileId;
}

/** What is no object stands within one in dialects that want one. */
function parseArguments(text: string): unknown {
  if (text.trim() === "") return {};
  const value = parseJson(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : { arguments: text };
}

function parameterTraits(request: ChatRequest): readonly Trait[] {
  const { sampling, stopSequences, toolChoice, format, reasoning, stream } = request;
  const schema = format?.kind === "schema" ? format : undefined;
  return traitsOf({
    ...sampling,
    stop: stopSequences.length > 0 ? stopSequences : undefined,
    toolChoice: toolChoice?.kind === "function" ? toolChoice : toolChoice?.kind,
    parallel: request.allowsParallelToolCalls,
    maxOutputTokens: request.maxOutputTokens,
    answers: request.answers,
    format: format?.kind === "text" ? undefined : format?.kind,
    schema: schema?.schema,
    schemaName: schema?.name,
    schemaStrict: schema?.strict,
    schemaDescription: schema?.description,
    reasoning: reasoning === undefined ? undefined : (reasoning.effort ?? reasoning.budgetTokens),
    logprobs: request.logprobs,
    serviceTier: request.serviceTier,
    userId: request.userId,
    stream,
  });
}

/** To others, a tool that may not be called is none. */
function isAllowed({ allowedTools }: ChatRequest) {
  return (tool: ChatRequest["tools"][number]): boolean =>
    allowedTools === undefined || tool.kind !== "function" || allowedTools.includes(tool.name);
}

function toolTraits(tool: ChatRequest["tools"][number]): readonly Trait[] {
  if (tool.kind === "opaque") return [{ name: "tool of a vendor", value: canonical(tool.value) }];
  const { name, description, strict } = tool;
  return [
    { name: "tool", value: canonical([name, description || null, schemaOf(tool)]) },
    ...(strict === true ? [{ name: "strict", value: name }] : []),
  ];
}

/** A function without parameters has an object without members. */
function schemaOf({ parameters = {} }: FunctionTool): unknown {
  const { properties = {}, ...rest } = parameters;
  return { ...rest, type: rest["type"] ?? "object", properties };
}

/** What hangs on messages and their parts, and what they hold that only one dialect knows. */
function messageTraits(request: ChatRequest): readonly Trait[] {
  const found: Trait[] = [];
  const { messages, extras, format } = request;
  const tools = request.tools.filter(({ kind }) => kind === "function").filter(isAllowed(request));
  JSON.stringify({ messages, extras, tools, format }, (key, value: unknown) => {
    if (key === "parameters" || key === "schema") return undefined;
    const fields = isObject(value) ? value : {};
    if (key === "extras") {
      found.push(
        ...traitsOf(isObject(fields["fields"]) ? fields["fields"] : {}).map((trait) => ({
          ...trait,
          name: `field ${trait.name}`,
        })),
      );
      return undefined;
    }
    if (key === "cache" && isObject(value)) found.push({ name: "cache", value: canonical(value) });
    if ((key === "signature" || key === "encrypted") && isObject(value))
      found.push({ name: "seal", value: canonical(value) });
    if (key === "citations" && Array.isArray(value)) found.push({ name: "citations", value: canonical(value) });
    if (fields["kind"] === "opaque") {
      found.push({ name: "part of a vendor", value: canonical(fields["value"]) });
      return undefined;
    }
    if (fields["kind"] === "tool_result" && fields["isError"] === true) found.push({ name: "isError", value: "true" });
    if (typeof fields["detail"] === "string" && "source" in fields && fields["detail"] !== "auto")
      found.push({ name: "detail", value: fields["detail"] });
    if ("role" in fields && "content" in fields && typeof fields["name"] === "string")
      found.push({ name: "speaker", value: fields["name"] });
    return value;
  });
  return found;
}

function traitsOf(fields: object): readonly Trait[] {
  return Object.entries(fields).flatMap(([name, value]: [string, unknown]) =>
    value === undefined || value === null ? [] : [{ name, value: canonical(value) }],
  );
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
