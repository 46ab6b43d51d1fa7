// Recorded answers on their way between this dialect and the others: valid, and saying the same.

import { isDeepStrictEqual } from "node:util";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { dialects } from "#dialects/index.ts";
import type { ChatEvent, ChatRequest, ChatResult, Part } from "#hub.ts";
import type { Operation } from "#operations.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import type { Reading } from "#testing/reading.ts";
import { describeWithCorpus, expectEnough } from "../../../../../tests/support/corpus.ts";
import type { Corpus, CorpusRecord } from "../../../../../tests/support/corpus.ts";

const { ollama } = dialects;

type Name = "openai-chat" | "anthropic-messages" | "ollama";

interface Recording extends CorpusRecord {
  readonly operation: Operation;
}

const endpoints: Readonly<Record<string, readonly [dialect: Name, operation: Operation]>> = {
  messages: ["anthropic-messages", "chat.completions"],
  "ollama-chat": ["ollama", "chat.completions"],
  "ollama-generate": ["ollama", "generate"],
};

const chatFamilies = new Set(["OPENAI", "OPENAI_COMPAT", "LLAMACPP", "OLLAMA"]);

function placeOf(record: CorpusRecord): readonly [Name, Operation] | undefined {
  if (record.endpoint === "chat")
    return chatFamilies.has(record.family) ? ["openai-chat", "chat.completions"] : undefined;
  return endpoints[record.endpoint];
}

function* recordsOf(corpus: Corpus, dialect: Name): Generator<Recording> {
  for (const provider of corpus.providers()) {
    for (const record of corpus.recorded(provider)) {
      const place = placeOf(record);
      if (place?.[0] === dialect && record.status === 200) yield { ...record, operation: place[1] };
    }
  }
}

type FaultOf = (value: unknown) => string | null;

function openSchemas(corpus: Corpus): Readonly<Record<Name, Readonly<Record<"answer" | "event", FaultOf>>>> {
  const read = (name: string) => JSON.parse(corpus.specification(name)) as object;
  const newer = new Ajv2020({ strict: false, validateFormats: false });
  newer.addSchema(read("openai.relaxed.schema.json"), "openai");
  newer.addSchema(read("ollama.schema.json"), "ollama");
  const within = (place: string): FaultOf => {
    return (value) => (newer.validate(place, value) ? null : newer.errorsText(newer.errors?.slice(-3)));
  };
  const older = new Ajv({ strict: false, validateFormats: false });
  const sdk = (name: string): FaultOf => {
    const validate = older.compile(read(`from-sdk-types/anthropic.${name}.schema.json`));
    return (value) => (validate(value) ? null : older.errorsText(validate.errors?.slice(-3)));
  };
  return {
    ollama: {
      answer: within("ollama#/$defs/ChatResponse"),
      event: within("ollama#/$defs/ChatStreamEvent"),
    },
    "openai-chat": {
      answer: within("openai#/$defs/CreateChatCompletionResponse"),
      event: within("openai#/$defs/CreateChatCompletionStreamResponse"),
    },
    "anthropic-messages": {
      answer: sdk("Message.relaxed"),
      event: sdk("RawMessageStreamEvent.relaxed"),
    },
  };
}

function parse(from: Dialect, { operation, request_body: written }: Recording): ParsedRequest {
  return from.client.parseRequest(operation, Buffer.from(JSON.stringify({ model: "m", ...written })));
}

function partsOf({ messages }: ChatRequest): readonly Part[] {
  return messages
    .flatMap(({ content }) => content)
    .flatMap((part): readonly Part[] => (part.kind === "tool_result" ? [part, ...part.content] : [part]));
}

function decodeStream({ upstream }: Dialect, text: string): readonly ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.flush()];
}

/**
 * What the dialect knows of an answer: refusals are texts, and arguments are objects. Of a stream that failed no calls are
 * told, since none is whole before the end.
 */
function gist(reading: Reading, items: readonly (ChatEvent | Part)[]): object {
  const { text, reasoning, calls, promptTokens, completionTokens, failed } = reading;
  const refusal = items.map((item) => (item.kind === "refusal" ? item.text : "")).join("");
  const written = calls.map(({ name, args }) => ({ name, args: toObject(args) }));
  const counts = failed ? [] : [promptTokens ?? 0, completionTokens ?? 0];
  return { text: text + refusal, reasoning, calls: failed ? [] : written, counts, failed };
}

function toObject(args: unknown): unknown {
  if (args === "") return {};
  return typeof args === "object" && args !== null && !Array.isArray(args) ? args : { arguments: args };
}

describeWithCorpus("between ollama and other dialects", (corpus) => {
  const schemas = openSchemas(corpus);

  describe.each([
    ["openai-chat", "ollama", 500],
    ["anthropic-messages", "ollama", 350],
    ["ollama", "openai-chat", 60],
    ["ollama", "anthropic-messages", 60],
  ] as const)("answers of %s for clients of %s", (from, to, least) => {
    it("are valid, and say the same", () => {
      const misses: string[] = [];
      let checked = 0;
      const body =
        '{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":9,"stream_options":{"include_usage":true}}';
      const request = dialects[to].client.parseRequest("chat.completions", Buffer.from(body));
      const check = (id: string, kind: "answer" | "event", text: string): void => {
        const fault = schemas[to][kind](JSON.parse(text));
        if (fault !== null && !text.includes('"error"')) misses.push(`${id}: ${fault}`);
      };
      for (const { id, response_text: text, response_body: answer } of recordsOf(corpus, from)) {
        if (text === undefined) {
          const result = dialects[from].upstream.decodeResult(Buffer.from(JSON.stringify(answer)));
          if (result === null) continue;
          const written = dialects[to].client.encodeResult(plain(result), request);
          check(id, "answer", written);
          const again = dialects[to].upstream.decodeResult(Buffer.from(written));
          const parts = (of: ChatResult | null) => of?.choices[0]?.content ?? [];
          const same =
            again && isDeepStrictEqual(gist(readResult(again), parts(again)), gist(readResult(result), parts(result)));
          if (!same) misses.push(`${id} differs`);
        } else {
          const events = decodeStream(dialects[from], text);
          const encoder = dialects[to].client.createStreamEncoder(request);
          const written = events
            .filter(({ kind }) => kind !== "extras")
            .map((event) => encoder.encode(event))
            .join("");
          for (const [, line = ""] of written.matchAll(/^(?:data: )?(\{.*)$/gm)) check(id, "event", line);
          const again = decodeStream(dialects[to], written);
          if (!isDeepStrictEqual(gist(readEvents(again), again), gist(readEvents(events), events)))
            misses.push(`${id} differs`);
        }
        checked += 1;
      }
      expect(misses).toEqual([]);
      expectEnough(corpus, checked, least);
    });
  });

  it("ids tie results to calls, also where Ollama has none", () => {
    const recording = [...recordsOf(corpus, "ollama")].filter(({ kinds }) => kinds.includes("tool_result"));
    for (const record of recording) {
      const request = ollama.client.decodeRequest(parse(ollama, record));
      const ids = partsOf(request).flatMap((part) => (part.kind === "tool_call" ? [part.id] : []));
      const results = partsOf(request).flatMap((part) => (part.kind === "tool_result" ? [part.callId] : []));
      expect(results, record.id).toEqual(ids);
    }
    expectEnough(corpus, recording.length, 0);
  });
});

/** Without what only the vendor's own clients are told. */
function plain(result: ChatResult): ChatResult {
  const choices = result.choices.map((choice) => ({
    ...choice,
    content: choice.content.filter(({ kind }) => kind !== "opaque"),
  }));
  return JSON.parse(
    JSON.stringify({ ...result, choices }, (key, value: unknown) => (key === "extras" ? undefined : value)),
  ) as ChatResult;
}
