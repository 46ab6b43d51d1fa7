// The span of one try at a target: a call of a client to a vendor, by the GenAI conventions. Called by spans-of.ts.

import type { UsageRecord } from "#domain/usage-record.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import { attemptSpanOf } from "./request-trace.ts";
import type { RequestTrace, TracedTry } from "./request-trace.ts";
import { Attributes, kinds, noEvents } from "./span.ts";
import type { Span, SpanEvent } from "./span.ts";
import { addTexts } from "./texts.ts";

/** Of our operations those that the conventions have a word for; others keep their own. */
const operationNames: Readonly<Record<string, string>> = {
  "chat.completions": "chat",
  completions: "text_completion",
  generate: "text_completion",
  embed_content: "embeddings",
  responses: "fetch_response",
};

const openInferenceKinds: Readonly<Record<string, string>> = {
  chat: "LLM",
  text_completion: "LLM",
  realtime: "LLM",
  embeddings: "EMBEDDING",
  rerank: "RERANKER",
};

const longestName = 200;

/** The one of which the record tells: whose answer was told to the client, or the last that failed. */
export function attemptThatTells({ tries }: RequestTrace): TracedTry | null {
  return tries.find(({ left }) => left === null) ?? tries.at(-1) ?? null;
}

export function attemptSpan(trace: RequestTrace, tried: TracedTry, tells: boolean): Span {
  const { record, context, spanId, isSampled } = trace;
  const { target, number } = tried;
  const operation = operationOf(trace);
  const model = target.model.slice(0, longestName);
  const error = errorOf(trace, tried, tells);
  const attributes = placeOf(trace, tried, { operation, model }).text("error.type", error);
  const told = tells ? record : null;
  const start = trace.epochOf(tried.startedAt);
  const firstAt = told?.streamed === true && told.ttftMs !== null ? trace.startedAt + told.ttftMs : null;
  if (firstAt !== null) attributes.real("gen_ai.response.time_to_first_chunk", Math.max(0, firstAt - start) / 1000);
  if (told !== null) addUsage(attributes, told);
  if (tells) addTexts(attributes, trace);
  return {
    traceId: context.traceId,
    spanId: attemptSpanOf(spanId, number),
    parentId: spanId,
    hasRemoteParent: false,
    state: context.state,
    isSampled,
    name: model === "" ? operation : `${operation} ${model}`,
    kind: kinds.client,
    start,
    end: Math.max(start, trace.epochOf(endOf(trace, tried))),
    attributes,
    events: firstAt === null ? noEvents : [firstToken(firstAt)],
    error,
  };
}

function firstToken(at: number): SpanEvent {
  return { name: "first_token", at, attributes: new Attributes() };
}

function operationOf({ record, operation }: RequestTrace): string {
  const own = record?.operation ?? operation ?? "chat.completions";
  return operationNames[own] ?? own;
}

interface Named {
  readonly operation: string;
  readonly model: string;
}

function placeOf(trace: RequestTrace, tried: TracedTry, { operation, model }: Named): Attributes {
  const { provider } = tried.target;
  const { type, telemetryName = type } = provider.definition;
  const { host, port } = addressOf(provider);
  const kind = openInferenceKinds[operation] ?? "CHAIN";
  return new Attributes()
    .text("gen_ai.operation.name", operation)
    .text("gen_ai.provider.name", telemetryName)
    .text("gen_ai.request.model", model)
    .text("server.address", host)
    .int("server.port", port)
    .mark("gen_ai.request.stream", trace.record?.streamed === true)
    .text("gen_ai.conversation.id", trace.record?.sessionId)
    .text("openinference.span.kind", kind)
    .text(kind === "EMBEDDING" ? "embedding.model_name" : "llm.model_name", model)
    .text("llm.provider", telemetryName)
    .text("ghostllm.provider", provider.name)
    .int("ghostllm.attempt.number", tried.number)
    .mark("ghostllm.attempt.probe", tried.isProbe)
    .mark("ghostllm.attempt.hedged", tried.isBeside)
    .text("ghostllm.attempt.led_to", tried.ledTo)
    .int("http.response.status_code", statusOf(trace, tried))
    .int("ghostllm.attempt.rest_ms", tried.left?.restMs === 0 ? null : tried.left?.restMs);
}

/** The vendor's; null where it did not answer. */
function statusOf({ record }: RequestTrace, { left, answeredAt }: TracedTry): number | null {
  if (left !== null) return left.status;
  return answeredAt === 0 || record?.status === "client_abort" ? null : (record?.httpStatus ?? null);
}

function errorOf({ record, errorCode }: RequestTrace, { left }: TracedTry, tells: boolean): string | null {
  if (left !== null) return left.reason ?? (left.status === null ? "_OTHER" : String(left.status));
  if (!tells || record?.status === "client_abort") return null;
  if (record === null) return errorCode;
  return record.status === "ok" ? null : (record.errorCode ?? record.status);
}

/** A stream goes on until all of it was recorded. */
function endOf({ record, recordedAt, endedAt }: RequestTrace, { left, leftAt, answeredAt }: TracedTry): number {
  if (left !== null) return leftAt;
  if (record?.streamed === true && recordedAt > 0) return recordedAt;
  return answeredAt > 0 ? answeredAt : endedAt;
}

function addUsage(attributes: Attributes, record: UsageRecord): void {
  const { promptTokens, completionTokens, totalTokens, costNanos } = record;
  const some = (tokens: number): number | null => (tokens === 0 ? null : tokens);
  attributes.real("gen_ai.usage.cost", costNanos === null ? null : costNanos / 1e9);
  if (totalTokens === 0) return;
  attributes
    .int("gen_ai.usage.input_tokens", promptTokens)
    .int("gen_ai.usage.output_tokens", completionTokens)
    .int("gen_ai.usage.cache_read.input_tokens", some(record.cachedTokens))
    .int("gen_ai.usage.cache_write.input_tokens", some(record.cacheWriteTokens + record.cacheWriteHourTokens))
    .int("gen_ai.usage.reasoning.output_tokens", some(record.reasoningTokens))
    .int("gen_ai.usage.audio.input_tokens", some(record.audioPromptTokens))
    .int("gen_ai.usage.audio.output_tokens", some(record.audioCompletionTokens))
    .int("gen_ai.usage.image.input_tokens", some(record.imagePromptTokens))
    .int("gen_ai.usage.image.output_tokens", some(record.imageCompletionTokens))
    .int("llm.token_count.prompt", promptTokens)
    .int("llm.token_count.completion", completionTokens)
    .int("llm.token_count.total", totalTokens);
}

interface Address {
  readonly host: string | null;
  readonly port: number | null;
}

const addresses = new WeakMap<ProviderEntry, Address>();

/** Read once for each provider of a snapshot. */
function addressOf(provider: ProviderEntry): Address {
  const known = addresses.get(provider);
  if (known !== undefined) return known;
  const address = readAddress(provider.baseUrl);
  addresses.set(provider, address);
  return address;
}

function readAddress(baseUrl: string): Address {
  if (!URL.canParse(baseUrl)) return { host: null, port: null };
  const { hostname, port, protocol } = new URL(baseUrl);
  const usual = protocol === "https:" || protocol === "wss:" ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}
