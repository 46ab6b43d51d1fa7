// Recorded requests of one dialect, written in the other: valid for the vendor, and with every message, tool and image.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { ChatRequest, MediaSource, Part } from "#hub.ts";
import { memberOf } from "#wire/json.ts";
import { describeWithCorpus } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { anthropicMessages } from "./index.ts";

const openaiChat = dialects["openai-chat"];
const edits = { model: "claude-sonnet-4-5", quirks: {} };

interface Crossed {
  readonly id: string;
  readonly request: ChatRequest;
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

function* chatRequests(corpus: Corpus): Generator<CorpusRecord> {
  const families = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"]);
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      if (record.endpoint === "chat" && families.has(record.family) && record.status === 200) yield record;
    }
  }
}

function* messageRequests(corpus: Corpus): Generator<CorpusRecord> {
  for (const record of corpus.recorded("anthropic")) {
    if (record.endpoint === "messages" && record.status === 200) yield record;
  }
}

function crossAll(
  records: Iterable<CorpusRecord>,
  from: Pick<typeof anthropicMessages | typeof openaiChat, "client">,
  to: Pick<typeof anthropicMessages | typeof openaiChat, "upstream">,
): readonly Crossed[] {
  return [...records].flatMap(({ id, request_body: written }) => {
    const messages = written?.["messages"];
    if (!Array.isArray(messages) || messages.length === 0) return [];
    const parsed = from.client.parseRequest(
      "chat.completions",
      Buffer.from(JSON.stringify({ model: "m", ...written })),
    );
    const request = from.client.decodeRequest(parsed);
    const { body, notes } = to.upstream.encodeRequest(request, edits);
    return [{ id, request, body: JSON.parse(body) as Crossed["body"], notes }];
  });
}

/** Everything in a request that a model may be told. */
function partsOf({ messages }: ChatRequest): readonly Part[] {
  return messages
    .flatMap(({ content }) => content)
    .flatMap((part): readonly Part[] => (part.kind === "tool_result" ? [part, ...part.content] : [part]));
}

function count(text: string, sign: RegExp): number {
  return [...text.matchAll(sign)].length;
}

/** Neither a page of the web nor bytes of a type that the vendor reads. */
function isUnreadable(source: MediaSource): boolean {
  if (source.kind === "url") return !/^https?:/.test(source.url);
  return source.kind === "file" || !/^image\/(?:jpe?g|png|gif|webp)$/.test(source.mediaType);
}

/** Names of what the body lacks and the notes do not tell. */
function lossesOf({ request, body, notes }: Crossed): readonly string[] {
  const text = JSON.stringify(body);
  const told = new Set(notes);
  const has = (words: string) => text.includes(JSON.stringify(words).slice(1, -1));
  const lost: string[] = partsOf(request).flatMap((part): string[] => {
    if (part.kind === "text" || part.kind === "refusal")
      return part.text.trim() === "" || has(part.text) ? [] : ["text"];
    if (part.kind === "image" && part.source.kind !== "file") {
      const words = part.source.kind === "url" ? part.source.url : part.source.base64;
      return has(words) || isUnreadable(part.source) ? [] : ["image"];
    }
    return part.kind === "tool_call" && !has(part.name) ? ["call"] : [];
  });
  const results = partsOf(request).filter(({ kind }) => kind === "tool_result");
  // Old functions have no ids.
  if (count(text, /"(?:tool_use_id|tool_call_id)":|"role":"function"/g) !== results.length) lost.push("result");
  const functions = request.tools.filter((tool) => tool.kind === "function");
  const tools: unknown = body["tools"];
  if ((Array.isArray(tools) ? tools.length : 0) !== functions.length) lost.push("tool");
  if (request.tools.length > functions.length && told.size === 0) lost.push("note of a tool");
  return lost;
}

/** Roles take turns, no content is empty, and results stand first, right behind their calls. */
function disorderOf(messages: unknown): readonly string[] {
  if (!Array.isArray(messages)) return ["no messages"];
  return messages.flatMap((message: unknown, index): string[] => {
    const content = memberOf(message, "content");
    const blocks: readonly unknown[] = Array.isArray(content) ? content : [content];
    const faults = memberOf(message, "role") === memberOf(messages[index - 1], "role") ? ["role told twice"] : [];
    if (blocks.length === 0 || content === "") faults.push("empty content");
    const kinds = blocks.map((block) => (memberOf(block, "type") === "tool_result" ? "result" : "other"));
    if (kinds.includes("other") && kinds.lastIndexOf("result") > kinds.indexOf("other"))
      faults.push("result not first");
    return faults;
  });
}

describeWithCorpus("requests cross between openai-chat and anthropic-messages", (corpus) => {
  it("from openai-chat, valid and in the order that the vendor wants", () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const path = join(corpus.directory, "specs/from-sdk-types/anthropic.MessageCreateParams.schema.json");
    const validate = ajv.compile(JSON.parse(readFileSync(path, "utf8")) as object);
    const crossed = crossAll(chatRequests(corpus), openaiChat, anthropicMessages);
    const misses = crossed.flatMap((request) => {
      const { id, body } = request;
      const faults = [...lossesOf(request), ...disorderOf(body["messages"])];
      if (!validate(body)) faults.push(ajv.errorsText(validate.errors?.slice(-3)));
      return faults.map((fault) => `${id}: ${fault}`);
    });
    expect(misses).toEqual([]);
    expect(crossed.length).toBeGreaterThan(400);
  });

  it("to openai-chat, valid", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const path = join(corpus.directory, "specs/openai.relaxed.schema.json");
    ajv.addSchema(JSON.parse(readFileSync(path, "utf8")) as object, "openai");
    const crossed = crossAll(messageRequests(corpus), anthropicMessages, openaiChat);
    const misses = crossed.flatMap((request) => {
      const faults = [...lossesOf(request)];
      if (!ajv.validate("openai#/$defs/CreateChatCompletionRequest", request.body)) faults.push(ajv.errorsText());
      return faults.map((fault) => `${request.id}: ${fault}`);
    });
    expect(misses).toEqual([]);
    expect(crossed.length).toBeGreaterThan(350);
  });
});
