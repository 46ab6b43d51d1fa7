// Recorded requests of the other dialects, written in this one, and of this one in theirs: valid for the vendor, and with
// every message, tool and image.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import type { Dialect } from "#dialects/dialect.ts";
import { dialects } from "#dialects/index.ts";
import type { ChatRequest, MediaSource, Part } from "#hub.ts";
import { memberOf } from "#wire/json.ts";
import { describeWithCorpus } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { openaiResponses } from "./index.ts";

const openaiChat = dialects["openai-chat"];
const anthropicMessages = dialects["anthropic-messages"];

interface Crossed {
  readonly id: string;
  readonly request: ChatRequest;
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function* requestsOf(corpus: Corpus, endpoint: string): Generator<CorpusRecord> {
  const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA", "ANTHROPIC"]);
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      if (record.endpoint === endpoint && families.has(record.family) && record.status === 200) yield record;
    }
  }
}

/** Without what only a vendor that keeps answers understands, which is refused. */
function withoutKept(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { previous_response_id: _previous, conversation: _conversation, prompt: _prompt, ...rest } = fields;
  const { background: _background, store: _store, ...sent } = rest;
  return sent;
}

function crossAll(records: Iterable<CorpusRecord>, from: Dialect, to: Dialect): readonly Crossed[] {
  return [...records].flatMap(({ id, request_body: written }) => {
    const messages = written?.["messages"] ?? written?.["input"];
    if (written === null || messages === undefined || (Array.isArray(messages) && messages.length === 0)) return [];
    const body = Buffer.from(JSON.stringify({ model: "m", ...withoutKept(written) }));
    const request = from.client.decodeRequest(from.client.parseRequest("chat.completions", body));
    const sent = to.upstream.encodeRequest(request, { model: "some-model", quirks: {} });
    return [{ id, request, body: JSON.parse(sent.body) as Crossed["body"], notes: sent.notes }];
  });
}

/** Everything in a request that a model may be told. */
function partsOf({ messages }: ChatRequest): readonly Part[] {
  return messages
    .flatMap(({ content }) => content)
    .flatMap((part): readonly Part[] => (part.kind === "tool_result" ? [part, ...part.content] : [part]));
}

/** Neither a page of the web nor bytes of a type that every vendor reads. */
function isUnreadable(source: MediaSource): boolean {
  if (source.kind === "url") return !/^https?:/.test(source.url);
  return source.kind === "file" || !/^image\/(?:jpe?g|png|gif|webp)$/.test(source.mediaType);
}

/** Names of what the body lacks and the notes do not tell. */
function lossesOf({ request, body, notes }: Crossed): readonly string[] {
  const text = JSON.stringify(body);
  const has = (words: string) => text.includes(JSON.stringify(words).slice(1, -1));
  const lost: string[] = partsOf(request).flatMap((part): string[] => {
    if (part.kind === "text" || part.kind === "refusal")
      return part.text.trim() === "" || has(part.text) ? [] : ["text"];
    if (part.kind === "image" && part.source.kind !== "file") {
      const words = part.source.kind === "url" ? part.source.url : part.source.base64;
      return has(words) || isUnreadable(part.source) || notes.includes("image of the assistant") ? [] : ["image"];
    }
    if (part.kind === "opaque" && notes.length === 0) return ["note of a part"];
    return part.kind === "tool_call" && !has(part.name) ? ["call"] : [];
  });
  const results = partsOf(request).filter(({ kind }) => kind === "tool_result");
  const signs = /"(?:tool_use_id|tool_call_id)":|"type":"function_call_output"/g;
  if ([...text.matchAll(signs)].length !== results.length) lost.push("result");
  const functions = request.tools.filter((tool) => tool.kind === "function");
  const tools: unknown = body["tools"];
  if ((Array.isArray(tools) ? tools.length : 0) !== functions.length) lost.push("tool");
  if (request.tools.length > functions.length && notes.length === 0) lost.push("note of a tool");
  return lost;
}

/** Of openai-chat: the results of calls follow them, with nothing in between. */
function disorderOf(messages: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(messages) ? messages : [];
  return list.flatMap((message, index): string[] => {
    const calls = memberOf(message, "tool_calls");
    const count = Array.isArray(calls) ? calls.length : 0;
    const behind = list.slice(index + 1, index + 1 + count);
    return behind.every((next) => memberOf(next, "role") === "tool") ? [] : ["results not behind their calls"];
  });
}

/** The published schema demands that an item fits one form only, but most messages fit two: any will do. */
function openSchemas(corpus: Corpus): (name: string, value: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const text = readFileSync(join(corpus.directory, "specs/openai.relaxed.schema.json"), "utf8");
  ajv.addSchema(JSON.parse(text.replaceAll('"oneOf"', '"anyOf"')) as object, "openai");
  return (name, value) => (ajv.validate(`openai#/$defs/${name}`, value) ? null : ajv.errorsText());
}

describeWithCorpus("requests cross to and from openai-responses", (corpus) => {
  it.each([
    ["openai-chat", "chat", 400],
    ["anthropic-messages", "messages", 350],
  ] as const)("from %s, valid and with nothing kept by the vendor", (name, endpoint, least) => {
    const faultOf = openSchemas(corpus);
    const crossed = crossAll(requestsOf(corpus, endpoint), dialects[name], openaiResponses);
    const misses = crossed.flatMap((request) => {
      const { id, body } = request;
      const fault = faultOf("CreateResponse", body);
      const isKept = body["store"] !== false;
      return [...lossesOf(request), ...(fault === null ? [] : [fault]), ...(isKept ? ["is kept"] : [])].map(
        (loss) => `${id}: ${loss}`,
      );
    });
    expect(misses).toEqual([]);
    expect(crossed.length).toBeGreaterThan(least);
  });

  it("to openai-chat, valid and in the order that the vendor wants", () => {
    const faultOf = openSchemas(corpus);
    const crossed = crossAll(requestsOf(corpus, "responses"), openaiResponses, openaiChat);
    const misses = crossed.flatMap((request) => {
      const fault = faultOf("CreateChatCompletionRequest", request.body);
      const faults = [
        ...lossesOf(request),
        ...disorderOf(request.body["messages"]),
        ...(fault === null ? [] : [fault]),
      ];
      return faults.map((found) => `${request.id}: ${found}`);
    });
    expect(misses).toEqual([]);
    expect(crossed.length).toBeGreaterThan(230);
  });

  it("to anthropic-messages, valid", () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const path = join(corpus.directory, "specs/from-sdk-types/anthropic.MessageCreateParams.schema.json");
    const validate = ajv.compile(JSON.parse(readFileSync(path, "utf8")) as object);
    const crossed = crossAll(requestsOf(corpus, "responses"), openaiResponses, anthropicMessages);
    const misses = crossed.flatMap((request) => {
      const faults = [...lossesOf(request)];
      if (!validate(request.body)) faults.push(ajv.errorsText(validate.errors?.slice(-3)));
      return faults.map((fault) => `${request.id}: ${fault}`);
    });
    expect(misses).toEqual([]);
    expect(crossed.length).toBeGreaterThan(230);
  });
});
