// Every recorded request: in its own dialect it reaches the vendor as it was written; in every other it is valid, and holds
// all that the other can express, while what it cannot is named in the notes.

import { isDeepStrictEqual } from "node:util";
import { GhostError } from "@ghostllm/contract";
import { dialects, passageBetween, vendorDialects } from "@ghostllm/llm";
import type { ClientDialectName } from "@ghostllm/llm";
import { afterAll, expect, it } from "vitest";
import type { DialectName } from "../../packages/llm/src/providers/definition.ts";
import type { ChatRequest } from "../../packages/llm/src/hub.ts";
import { crossesAs } from "../../packages/llm/src/operations.ts";
import { isObject } from "../../packages/llm/src/wire/json.ts";
import type { JsonObject } from "../../packages/llm/src/wire/json.ts";
import { describeWithCorpus, expectEnough } from "../support/corpus.ts";
import { excusingFaults } from "../support/recording-faults.ts";
import { readConverse } from "./converse.ts";
import { gistOf } from "./gist.ts";
import { compare } from "./losses.ts";
import type { Comparison } from "./losses.ts";
import { disorderOf } from "./order.ts";
import { requestsOf } from "./records.ts";
import type { RecordedRequest, RefusedRequest } from "./records.ts";
import { createSchemaJudge, openSchemas } from "./schemas.ts";

const clientNames = Object.keys(dialects) as ClientDialectName[];
const targets: readonly (readonly [DialectName, ...string[]])[] = [
  ["openai-chat", "gpt-5"],
  ["openai-responses", "gpt-5"],
  ["anthropic-messages", "claude-sonnet-4-5", "claude-opus-4-7"],
  ["gemini", "gemini-3-pro-preview", "gemini-2.5-flash"],
  ["ollama", "qwen3"],
  ["bedrock-converse", "anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-2-lite-v1:0"],
];

/** So many recordings there are at least. */
const least: Readonly<Record<ClientDialectName, number>> = {
  "openai-chat": 600,
  "openai-responses": 250,
  "anthropic-messages": 380,
  gemini: 480,
  ollama: 60,
};

function readWritten(target: DialectName, body: JsonObject, model: string): ChatRequest {
  if (target === "bedrock-converse") return readConverse(body);
  const { client } = dialects[target];
  const line = { model, query: "", stream: false };
  return client.decodeRequest(client.parseRequest("chat.completions", Buffer.from(JSON.stringify(body)), line));
}

/** The schemas of its tools and of its answer. */
function schemasOf({ tools, format }: ChatRequest): readonly JsonObject[] {
  const ofTools = tools.flatMap((tool) => (tool.kind === "function" && tool.parameters ? [tool.parameters] : []));
  return format?.kind === "schema" ? [...ofTools, format.schema] : ofTools;
}

/** The one thing that is added to a request: a stream is asked to tell its usage. */
function withUsageAsked(written: JsonObject, dialect: ClientDialectName): JsonObject {
  const { stream_options: options } = written;
  if (dialect !== "openai-chat" || written["stream"] !== true) return written;
  return { ...written, stream_options: { ...(isObject(options) ? options : {}), include_usage: true } };
}

interface Crossing extends Comparison {
  readonly body: JsonObject;
  readonly written: ChatRequest;
  readonly notes: readonly string[];
}

/** Fields that mean something that a vendor keeps, with which a request is refused rather than misunderstood. */
const keptState = ["previous_response_id", "conversation", "prompt", "background", "store"];

function needsKeptState({ dialect, written }: RecordedRequest): boolean {
  return dialect === "openai-responses" && keptState.some((field) => Boolean(written[field]));
}

function cross({ dialect, operation, parsed }: RecordedRequest, target: DialectName, model: string): Crossing {
  const passage = passageBetween(dialects[dialect], vendorDialects[target], operation);
  const { body: text, notes } = passage.encodeRequest(parsed, { model, quirks: {} });
  const body = JSON.parse(text.toString()) as JsonObject;
  const meant = dialects[dialect].client.decodeRequest(parsed);
  const written = readWritten(target, body, model);
  return { body, written, notes, ...compare(gistOf(meant), gistOf(written), { target, model, notes }) };
}

/** Or why it is refused, so that one request does not hide what becomes of the others. */
function tryCross(request: RecordedRequest, target: DialectName, model: string): Crossing | string {
  try {
    return cross(request, target, model);
  } catch (error) {
    if (error instanceof GhostError) return `refused: ${error.message}`;
    throw error;
  }
}

describeWithCorpus("recorded requests", (corpus) => {
  const refused: RefusedRequest[] = [];
  const requests = [...requestsOf(corpus, (request) => refused.push(request))];
  const chats = requests.filter(({ operation }) => crossesAs(operation) === "chat.completions");
  const faultOf = openSchemas(corpus);
  const judge = createSchemaJudge();
  const figures: Record<string, Record<string, string>> = {};
  const count = (from: ClientDialectName, to: string, checked: number, misses: number): void => {
    figures[from] = { ...figures[from], [to]: `${checked}, missed ${misses}` };
    expectEnough(corpus, checked, least[from]);
  };
  afterAll(() => console.table(figures));

  it("that a vendor answered are taken", () => {
    const answered = refused.filter(
      ({ record, dialect }) => record.status === 200 && excusingFaults(record, dialect, false).length === 0,
    );
    expect(answered.map(({ record, dialect, message }) => `${record.id} ${dialect}: ${message}`)).toEqual([]);
  });

  function faultsIn(request: RecordedRequest, to: DialectName, model: string): readonly string[] {
    const crossed = tryCross(request, to, model);
    if (typeof crossed === "string") return [crossed];
    const { body, written, notes, lost, misses: found } = crossed;
    const fault = faultOf[to]?.(body) ?? null;
    const faults = [...found, ...(fault === null ? [] : [`invalid: ${fault}`])];
    faults.push(...disorderOf(to, body, model));
    faults.push(...schemasOf(written).flatMap((schema) => judge(schema) ?? []));
    if (lost.length > 0 && notes.length === 0) faults.push(`lost without a word: ${lost.join()}`);
    if (lost.length === 0 && notes.length > 0) faults.push(`told of no loss: ${notes.join()}`);
    return faults;
  }

  it.each(clientNames)("in %s reach a vendor of the dialect as they were written", (name) => {
    const sent = requests.filter(({ dialect }) => dialect === name);
    const misses = sent.flatMap(({ id, operation, written, parsed }) => {
      const passage = passageBetween(dialects[name], vendorDialects[name], operation);
      const { body, notes } = passage.encodeRequest(parsed, { model: parsed.model, quirks: {} });
      const isSame = isDeepStrictEqual(JSON.parse(body.toString()), withUsageAsked(written, name));
      return isSame && notes.length === 0 ? [] : [`${id} ${notes.join()}`];
    });
    count(name, name, sent.length, misses.length);
    expect(misses).toEqual([]);
  });

  const pairs = clientNames.flatMap((from) =>
    targets.filter(([to]) => to !== from).map(([to, ...models]) => ({ from, to, models })),
  );

  it.each(pairs)("of $from are valid and complete in $to", ({ from, to, models }) => {
    const sent = chats.filter(({ dialect }) => dialect === from);
    const misses: string[] = [];
    for (const request of sent) {
      if (needsKeptState(request)) {
        expect(() => cross(request, to, models[0] ?? ""), request.id).toThrow("needs a vendor that keeps answers");
        continue;
      }
      for (const model of models)
        misses.push(...faultsIn(request, to, model).map((told) => `${request.id} ${model}: ${told}`));
    }
    count(from, to, sent.length, misses.length);
    expect(misses).toEqual([]);
  });
});
