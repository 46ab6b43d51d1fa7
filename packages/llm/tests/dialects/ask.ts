// Requests and streams of every dialect, as the suites over all of them need them.

import type { Dialect, UpstreamDialect } from "#dialects/dialect.ts";
import type { ParsedRequest, RequestLine } from "#dialects/parsed-request.ts";
import type { ChatEvent, Usage } from "#hub.ts";
import type { Operation } from "#operations.ts";
import { writtenUsage } from "#testing/written-usage.ts";

/** What some dialects have in the path. */
const whole: RequestLine = { model: "gemini-3-pro", query: "", stream: false };
const streamed: RequestLine = { model: "gemini-3-pro", query: "alt=sse", stream: true };

const bodies: Readonly<Record<Dialect["name"], object>> = {
  "openai-chat": {
    model: "m",
    messages: [{ role: "user", content: "x" }],
    stream: true,
    stream_options: { include_usage: true },
  },
  "openai-responses": { model: "m", input: "x", stream: true },
  "anthropic-messages": { model: "m", max_tokens: 9, messages: [{ role: "user", content: "x" }], stream: true },
  gemini: { contents: [{ parts: [{ text: "x" }] }] },
  ollama: { model: "m", prompt: "x", messages: [{ role: "user", content: "x" }] },
};

export function parse({ client }: Dialect, body: string, operation: Operation = "chat.completions"): ParsedRequest {
  return client.parseRequest(operation, Buffer.from(body), whole);
}

/** A request for a stream that tells its usage. */
export function askFor({ name, client }: Dialect, operation: Operation = "chat.completions"): ParsedRequest {
  return client.parseRequest(operation, Buffer.from(JSON.stringify(bodies[name])), streamed);
}

export function decodeStream(upstream: UpstreamDialect, pieces: readonly Buffer[]): readonly ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

export function encodeStream({ client }: Dialect, events: readonly ChatEvent[], request: ParsedRequest): string {
  const encoder = client.createStreamEncoder(request);
  return events.map((event) => encoder.encode(event)).join("");
}

type UsageView = (usage: Usage | null) => Usage | null;

/** What a tap finds in the last bytes of a large answer: not always what is counted in its middle. */
export const foundInTail: Readonly<Record<Dialect["name"], UsageView>> = {
  "openai-chat": (usage) => usage,
  "openai-responses": writtenUsage,
  "anthropic-messages": (usage) => usage,
  gemini(usage) {
    if (usage === null) return null;
    const { webSearches: _searches, ...rest } = usage;
    return rest;
  },
  ollama: (usage) => usage,
};
