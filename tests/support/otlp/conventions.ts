// OpenTelemetry's conventions, as far as they say something of our spans: which names there are, of which type, and which must be there.
// Semantic conventions 1.45.0, those of GenAI 0.1.0 (a repository of their own since 1.42), OpenInference 0.1.42 and Langfuse's names.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/v0.1.0/docs/gen-ai/client-inference.md

import type { AnyValue, ReadAttributes, ReadSpan } from "./read-protobuf.ts";

type Type = "string" | "int" | "double" | "boolean" | "string[]";

const known: Readonly<Record<string, Type>> = {
  // General
  "error.type": "string",
  "http.request.method": "string",
  "http.response.status_code": "int",
  "http.route": "string",
  "url.path": "string",
  "url.scheme": "string",
  "server.address": "string",
  "server.port": "int",
  "user.id": "string",
  "session.id": "string",
  // GenAI
  "gen_ai.operation.name": "string",
  "gen_ai.provider.name": "string",
  "gen_ai.request.model": "string",
  "gen_ai.request.stream": "boolean",
  "gen_ai.conversation.id": "string",
  "gen_ai.response.time_to_first_chunk": "double",
  "gen_ai.usage.input_tokens": "int",
  "gen_ai.usage.output_tokens": "int",
  "gen_ai.usage.cache_read.input_tokens": "int",
  "gen_ai.usage.cache_write.input_tokens": "int",
  "gen_ai.usage.reasoning.output_tokens": "int",
  "gen_ai.usage.audio.input_tokens": "int",
  "gen_ai.usage.audio.output_tokens": "int",
  "gen_ai.usage.image.input_tokens": "int",
  "gen_ai.usage.image.output_tokens": "int",
  // No convention has it; Langfuse reads the cost there.
  "gen_ai.usage.cost": "double",
  // OpenInference
  "openinference.span.kind": "string",
  "llm.model_name": "string",
  "llm.provider": "string",
  "llm.token_count.prompt": "int",
  "llm.token_count.completion": "int",
  "llm.token_count.total": "int",
  "embedding.model_name": "string",
  "input.value": "string",
  "input.mime_type": "string",
  "output.value": "string",
  "output.mime_type": "string",
  "tag.tags": "string[]",
};

const wellKnown: Readonly<Record<string, readonly string[]>> = {
  "gen_ai.operation.name": [
    ...["chat", "text_completion", "embeddings", "generate_content", "fetch_response"],
    // Of our own: the conventions have no word for them.
    ...["count_tokens", "moderations", "rerank", "realtime", "responses.compact", "files", "batches"],
    ...["images.generations", "images.edits", "images.variations"],
    ...["audio.speech", "audio.transcriptions", "audio.translations"],
  ],
  "openinference.span.kind": ["LLM", "EMBEDDING", "CHAIN", "RERANKER", "GUARDRAIL"],
  "url.scheme": ["http", "https"],
};

const [internal, server, client] = [1, 2, 3];
const errorStatus = 2;

/** What speaks against a span; nothing, where it is as it should be. */
export function faultsOf(span: ReadSpan): readonly string[] {
  const faults = [...attributeFaults(span.attributes), ...shapeFaults(span), ...kindFaults(span)];
  return faults.map((fault) => `${span.name}: ${fault}`);
}

function attributeFaults(attributes: ReadAttributes): readonly string[] {
  return [...attributes].flatMap(([name, value]) => {
    if (/^ghostllm\.[a-z_.]+$/.test(name)) return [];
    const type = known[name];
    if (type === undefined) return [`${name} is in no convention`];
    if (typeOf(value) !== type) return [`${name} is no ${type}`];
    return wellKnown[name]?.includes(String(value)) === false ? [`${name} is ${String(value)}`] : [];
  });
}

function typeOf(value: AnyValue): Type {
  if (Array.isArray(value)) return "string[]";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "double";
  return typeof value === "boolean" ? "boolean" : "string";
}

function shapeFaults({ traceId, spanId, parentId, start, end, events, status, attributes, flags }: ReadSpan) {
  const faults: string[] = [];
  if (!/^[\da-f]{32}$/.test(traceId) || /^0+$/.test(traceId)) faults.push(`trace ${traceId}`);
  if (!/^[\da-f]{16}$/.test(spanId) || /^0+$/.test(spanId)) faults.push(`span ${spanId}`);
  if (parentId !== "" && !/^[\da-f]{16}$/.test(parentId)) faults.push(`parent ${parentId}`);
  if (start > end) faults.push("it ends before it begins");
  const year = 365n * 86_400n * 1_000_000_000n;
  if (start < 50n * year || start > 200n * year) faults.push(`it begins at ${start}`);
  for (const { name, at } of events) if (at < start || at > end) faults.push(`${name} is outside of it`);
  // Recording errors: who has failed says how, and nobody else.
  if ((status.code === errorStatus) !== attributes.has("error.type")) faults.push("status and error.type do not agree");
  if ((flags & 0x100) === 0) faults.push("flags do not say whether the parent is remote");
  return faults;
}

function kindFaults({ kind, name, attributes }: ReadSpan): readonly string[] {
  if (kind === internal) return attributes.has("gen_ai.operation.name") ? ["a call of a vendor is a client's"] : [];
  if (kind === server) return missing(attributes, ["http.request.method", "url.path", "url.scheme", "http.route"]);
  if (kind !== client) return [`it is of kind ${kind}`];
  const faults = missing(attributes, [
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "server.address",
    "server.port",
  ]);
  const operation = String(attributes.get("gen_ai.operation.name"));
  const model = attributes.get("gen_ai.request.model");
  const wanted = model === undefined ? operation : `${operation} ${String(model)}`;
  return name === wanted ? faults : [...faults, `it should be called ${wanted}`];
}

function missing(attributes: ReadAttributes, names: readonly string[]): readonly string[] {
  return names.filter((name) => !attributes.has(name)).map((name) => `${name} is missing`);
}
