// Recorded requests of one dialect, written in another: valid for the vendor, and with every message, tool and image.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import { dropForeignSeals } from "#dialects/seals.ts";
import type { ChatRequest, Part } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { describeWithCorpus } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";
import { gemini } from "./index.ts";

const openaiChat = dialects["openai-chat"];
const anthropicMessages = dialects["anthropic-messages"];

interface Crossed {
  readonly id: string;
  readonly request: ChatRequest;
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

type From = Pick<typeof gemini | typeof openaiChat, "client">;
type To = Pick<typeof gemini | typeof openaiChat, "name" | "upstream">;

function* requestsOf(corpus: Corpus, endpoint: string, families: readonly string[]): Generator<CorpusRecord> {
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      const isMeant = record.endpoint === endpoint && families.includes(record.family);
      if (isMeant && record.status === 200 && record.request_body !== null) yield record;
    }
  }
}

function crossAll(records: Iterable<CorpusRecord>, from: From, to: To, model: string): readonly Crossed[] {
  return [...records].flatMap(({ id, request_body: written }) => {
    const list = written?.["messages"] ?? written?.["contents"];
    if (!Array.isArray(list) || list.length === 0) return [];
    const body = Buffer.from(JSON.stringify({ model: "m", ...written }));
    const parsed = from.client.parseRequest("chat.completions", body, { model: "m", query: "", stream: false });
    const dropped = new Set<string>();
    const request = dropForeignSeals(from.client.decodeRequest(parsed), to.name, dropped);
    const { body: text, notes } = to.upstream.encodeRequest(request, { model, quirks: {} });
    return [{ id, request, body: JSON.parse(text) as Crossed["body"], notes: [...dropped, ...notes] }];
  });
}

/** Everything in a request that a model may be told. */
function partsOf({ messages }: ChatRequest): readonly Part[] {
  return messages
    .flatMap(({ content }) => content)
    .flatMap((part): readonly Part[] => (part.kind === "tool_result" ? [part, ...part.content] : [part]));
}

function mediaWords(part: Part): string | undefined {
  if (part.kind !== "image" && part.kind !== "audio" && part.kind !== "document") return undefined;
  return part.source.kind === "url" ? part.source.url : part.source.kind === "data" ? part.source.base64 : undefined;
}

/** Names of what the body lacks and the notes do not tell. */
function lossesOf({ request, body, notes }: Crossed): readonly string[] {
  const text = JSON.stringify(body);
  const has = (words: string): boolean => text.includes(JSON.stringify(words).slice(1, -1));
  const lost: string[] = partsOf(request).flatMap((part): string[] => {
    if (part.kind === "text" || part.kind === "refusal")
      return part.text.trim() === "" || has(part.text) || hasAsObject(part.text, body) ? [] : ["text"];
    const words = mediaWords(part);
    if (words !== undefined)
      return has(words) || notes.some((note) => note.startsWith(part.kind)) || isTextDocument(part) ? [] : [part.kind];
    return part.kind === "tool_call" && !has(part.name) ? ["call"] : [];
  });
  const results = partsOf(request).filter(({ kind }) => kind === "tool_result").length;
  if (countIn(body, resultKeys) !== results) lost.push("result");
  const functions = request.tools.filter((tool) => tool.kind === "function");
  for (const { name, parameters } of functions) {
    if (!has(name)) lost.push("tool");
    if (parameters !== undefined && !hasValue(body, parameters["properties"] ?? {})) lost.push(`schema of ${name}`);
  }
  if (request.tools.length > functions.length && notes.length === 0) lost.push("note of a tool");
  return lost;
}

/** Text within a document is a text of its own in some dialects. */
function isTextDocument(part: Part): boolean {
  return part.kind === "document" && part.source.kind === "data" && part.source.mediaType.startsWith("text/");
}

/** A result that is JSON stands as an object. */
function hasAsObject(text: string, body: unknown): boolean {
  const value = parse(text);
  return isObject(value) && hasValue(body, value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasValue(within: unknown, value: unknown): boolean {
  return JSON.stringify(within).includes(JSON.stringify(value).replaceAll(/^[{]|[}]$/g, ""));
}

const resultKeys: ReadonlySet<string> = new Set(["functionResponse", "tool_use_id", "tool_call_id"]);

function countIn(value: unknown, keys: ReadonlySet<string>): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countIn(item, keys), 0);
  if (!isObject(value)) return 0;
  // Old functions have no ids.
  const own = value["role"] === "function" ? 1 : 0;
  return Object.entries(value).reduce((sum, [key, item]) => sum + (keys.has(key) ? 1 : countIn(item, keys)), own);
}

/** Roles take turns, no content is empty, results stand first, right behind their calls and named as they are. */
function disorderOf(contents: unknown): readonly string[] {
  if (!Array.isArray(contents) || contents.length === 0) return ["no contents"];
  return contents.flatMap((content: unknown, index): string[] => {
    const before: unknown = contents[index - 1];
    const parts = memberOf(content, "parts");
    if (!Array.isArray(parts) || parts.length === 0) return ["empty content"];
    const faults = memberOf(content, "role") === memberOf(before, "role") ? ["role told twice"] : [];
    const kinds = parts.map((part) => (isObject(memberOf(part, "functionResponse")) ? "result" : "other"));
    if (kinds.includes("other") && kinds.lastIndexOf("result") > kinds.indexOf("other"))
      faults.push("result not first");
    const calls = namesIn(before, "functionCall");
    const answered = namesIn(content, "functionResponse");
    if (answered.some((name) => !calls.includes(name))) faults.push(`result of no call: ${answered.join()}`);
    return faults;
  });
}

function namesIn(content: unknown, kind: string): readonly unknown[] {
  const parts = memberOf(content, "parts");
  return (Array.isArray(parts) ? parts : []).flatMap((part): unknown => memberOf(memberOf(part, kind), "name") ?? []);
}

/** The first call of each step has a seal, without which the vendor refuses the request. */
function unsealedOf(contents: unknown): readonly string[] {
  return (Array.isArray(contents) ? contents : []).flatMap((content): string[] => {
    const parts = memberOf(content, "parts");
    const first = (Array.isArray(parts) ? parts : []).find((part) => memberOf(part, "functionCall") !== undefined);
    return first === undefined || typeof memberOf(first, "thoughtSignature") === "string"
      ? []
      : ["call without a seal"];
  });
}

function geminiJudge(corpus: Corpus): (body: Crossed["body"]) => readonly string[] {
  const open = (name: string) => {
    const path = join(corpus.directory, `specs/from-sdk-types/google.${name}.schema.json`);
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(JSON.parse(readFileSync(path, "utf8")) as object);
    return (value: unknown) =>
      value === undefined || validate(value) ? [] : [ajv.errorsText(validate.errors?.slice(-2))];
  };
  const [ofContent, ofConfig] = [open("Content"), open("GenerationConfig")];
  const [ofTool, ofChoice] = [open("Tool"), open("ToolConfig")];
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return (body) => [
    ...list(body["contents"]).flatMap(ofContent),
    ...ofContent(body["systemInstruction"]),
    ...list(body["tools"]).flatMap(ofTool),
    ...ofConfig(body["generationConfig"]),
    ...ofChoice(body["toolConfig"]),
  ];
}

/** Vendors of the dialect take more kinds of sound than OpenAI's own schema names. */
function asJudged(body: Crossed["body"]): unknown {
  return JSON.parse(JSON.stringify(body).replaceAll(/"format":"(?:aac|flac|ogg|aiff|opus)"/g, '"format":"mp3"'));
}

const compatible = ["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"];

describeWithCorpus("requests cross between gemini and the other dialects", (corpus) => {
  const toGemini = [
    ["openai-chat", openaiChat, "chat", compatible, 400],
    ["anthropic-messages", anthropicMessages, "messages", ["ANTHROPIC"], 350],
  ] as const;

  it.each(toGemini)(
    "from %s, valid and in the order that the vendor wants",
    (_name, from, endpoint, families, least) => {
      const faultsOf = geminiJudge(corpus);
      const records = [...requestsOf(corpus, endpoint, families)];
      for (const model of ["gemini-3-pro-preview", "gemini-2.5-flash"]) {
        const crossed = crossAll(records, from, gemini, model);
        const misses = crossed.flatMap((request) => {
          const { id, body } = request;
          const contents = body["contents"];
          const faults = [...lossesOf(request), ...disorderOf(contents), ...faultsOf(body)];
          if (model.startsWith("gemini-3")) faults.push(...unsealedOf(contents));
          return faults.map((fault) => `${id}: ${fault}`);
        });
        expect(misses).toEqual([]);
        expect(crossed.length).toBeGreaterThan(least);
      }
    },
  );

  it("to openai-chat, valid", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const path = join(corpus.directory, "specs/openai.relaxed.schema.json");
    ajv.addSchema(JSON.parse(readFileSync(path, "utf8")) as object, "openai");
    const crossed = crossAll(requestsOf(corpus, "generateContent", ["GOOGLE"]), gemini, openaiChat, "gpt-5");
    const misses = crossed.flatMap((request) => {
      const faults = [...lossesOf(request)];
      const isValid = ajv.validate("openai#/$defs/CreateChatCompletionRequest", asJudged(request.body));
      if (!isValid) faults.push(ajv.errorsText());
      return faults.map((fault) => `${request.id}: ${fault}`);
    });
    expect(misses).toEqual([]);
    expect(crossed.length).toBeGreaterThan(450);
  });

  it("to anthropic-messages, valid", () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const path = join(corpus.directory, "specs/from-sdk-types/anthropic.MessageCreateParams.schema.json");
    const validate = ajv.compile(JSON.parse(readFileSync(path, "utf8")) as object);
    const records = requestsOf(corpus, "generateContent", ["GOOGLE"]);
    const crossed = crossAll(records, gemini, anthropicMessages, "claude-sonnet-4-5");
    const misses = crossed.flatMap((request) => {
      const faults = [...lossesOf(request)];
      if (!validate(request.body)) faults.push(ajv.errorsText(validate.errors?.slice(-3)));
      return faults.map((fault) => `${request.id}: ${fault}`);
    });
    expect(misses).toEqual([]);
    expect(crossed.length).toBeGreaterThan(450);
  });
});
