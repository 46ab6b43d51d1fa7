// Bytes in the shapes of vendors, in every dialect. The file name is the case: what must be read from `streams/groq.sse` is
// in `streams/groq.golden.json`.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Dialect, VendorDialect } from "#dialects/dialect.ts";
import { classify } from "#dialects/errors/vendor-error.ts";
import { dialects, vendorDialects } from "#dialects/index.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import type { Usage } from "#hub.ts";
import { providers } from "#providers/index.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { frameMessages } from "#testing/frame-messages.ts";
import { passThrough } from "#testing/pass-through.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import { askFor, decodeStream, foundInTail } from "./ask.ts";

type Golden = Readonly<Record<string, unknown>>;

interface Fixture {
  readonly name: string;
  readonly bytes: Buffer;
  readonly golden: Golden;
}

interface Fixtures {
  readonly dialect: VendorDialect;
  readonly streamEnding: string;
  /** The bytes of a stream, which a fixture has in a form that people can read. */
  readonly frame?: (fixture: Buffer) => Buffer;
  /** Of one that clients speak, too. */
  readonly passing?: Passing;
}

interface Passing {
  readonly dialect: Dialect;
  readonly tapFor: (name: string) => StreamTap;
  /** What a client gets of a stream that does not fail. */
  readonly passed: (bytes: Buffer, golden: Golden) => string;
}

const asItIs = <Value>(value: Value): Value => value;

function passingOf(dialect: Dialect, differing: Partial<Passing> = {}): Passing {
  const tapFor = () => dialect.upstream.createStreamTap(askFor(dialect), {});
  return { dialect, tapFor, passed: (bytes) => bytes.toString("utf8"), ...differing };
}

function providerOf(name: string) {
  const type = name.split(".")[0];
  const provider = providers.find((candidate) => candidate.type === type);
  if (provider === undefined) throw new Error(`the fixture ${name} names no provider`);
  return provider;
}

/** For a client that did not ask for the usage. */
function chatTap(name: string): StreamTap {
  const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "x" }], stream: true }));
  const { client, upstream } = dialects["openai-chat"];
  return upstream.createStreamTap(client.parseRequest("chat.completions", body), providerOf(name).quirks ?? {});
}

/** Without the usage, where that has a chunk of its own, and with the mark of the end. */
function passedChat(bytes: Buffer, { ended, hidesLastChunk }: Golden): string {
  const frames = bytes.toString("utf8").split(/(?<=\n\r?\n)/);
  const lastChunk = frames.findLastIndex((frame) => frame.includes('"chat.completion.chunk"'));
  const passed = frames.filter((_frame, index) => hidesLastChunk !== true || index !== lastChunk);
  return passed.join("") + (ended === true ? "" : "data: [DONE]\n\n");
}

const { gemini, ollama } = dialects;

const table: readonly Fixtures[] = [
  {
    dialect: dialects["openai-chat"],
    streamEnding: ".sse",
    passing: passingOf(dialects["openai-chat"], { tapFor: chatTap, passed: passedChat }),
  },
  {
    dialect: dialects["openai-responses"],
    streamEnding: ".sse",
    passing: passingOf(dialects["openai-responses"]),
  },
  {
    dialect: dialects["anthropic-messages"],
    streamEnding: ".sse",
    passing: passingOf(dialects["anthropic-messages"]),
  },
  { dialect: gemini, streamEnding: ".sse", passing: passingOf(gemini) },
  {
    dialect: ollama,
    streamEnding: ".ndjson",
    passing: passingOf(ollama, { passed: (bytes) => bytes.toString("utf8").replace(/\n?$/, "\n") }),
  },
  {
    dialect: vendorDialects["bedrock-converse"],
    streamEnding: ".jsonl",
    frame: (fixture) => frameMessages(fixture.toString("utf8")),
  },
];

function casesOf(dialect: VendorDialect, folder: string, ending: string): readonly Fixture[] {
  const directory = join(import.meta.dirname, "../../fixtures", dialect.name, folder);
  return readdirSync(directory)
    .filter((file) => file.endsWith(ending) && !file.endsWith(".golden.json"))
    .map((file) => {
      const name = file.slice(0, -ending.length);
      const golden = JSON.parse(readFileSync(join(directory, `${name}.golden.json`), "utf8")) as Golden;
      return { name, bytes: readFileSync(join(directory, file)), golden };
    });
}

function waysToCut(bytes: Buffer): [string, readonly Buffer[]][] {
  return [
    ["whole", [bytes]],
    ["byte by byte", Array.from(bytes, (byte) => Buffer.of(byte))],
    ...[1, 2, 3, 4, 5].map((seed): [string, readonly Buffer[]] => [
      `split at random, ${seed}`,
      cutAtRandom(bytes, chanceFrom(seed)),
    ]),
  ];
}

/** A stream that is cut passes as it is, and is no answer to whoever reads it. */
function isCut({ failure, reading }: Golden): boolean {
  return failure === null && (reading as { readonly failed?: boolean } | undefined)?.failed === true;
}

function expectPassing({ dialect }: Passing, { bytes, golden }: Fixture): void {
  const { upstream } = dialect;
  const { failure, ...read } = upstream.readAnswer(bytes, askFor(dialect));
  expect(read).toEqual({ usage: golden["usage"], broken: false });
  expect(failure !== undefined).toBe(golden["fails"] === true);
  expect(upstream.readText(bytes.toString("utf8"), false)).toBe(golden["text"]);
  // Of these the tap is not asked.
  if (golden["fails"] === true) return;
  const tap = upstream.createLargeAnswerTap();
  const large = Buffer.concat([Buffer.alloc(100_000, " "), bytes]);
  for (const piece of [large.subarray(0, 99_000), large.subarray(99_000)]) expect(tap.push(piece)).toBe(piece);
  const told = foundInTail[dialect.name];
  expect(told(tap.usage)).toEqual(told(golden["usage"] as Usage | null));
}

describe.each(table)("$dialect.name", ({ dialect, streamEnding, frame = asItIs, passing }) => {
  const { upstream } = dialect;

  describe("answers", () => {
    it.each(casesOf(dialect, "answers", ".json"))("$name", (fixture) => {
      const { bytes, golden } = fixture;
      if (passing !== undefined) expectPassing(passing, fixture);
      if (golden["reading"] === undefined) return;
      const result = upstream.decodeResult(bytes);
      if (golden["reading"] === null) return expect(result).toBeNull();
      expect(result && readResult(result)).toMatchObject(golden["reading"]);
      expect(result?.usage).toEqual(golden["usage"]);
    });
  });

  describe("streams", () => {
    describe.each(casesOf(dialect, "streams", streamEnding))("$name", ({ name, bytes: written, golden }) => {
      const bytes = frame(written);
      const ways = waysToCut(bytes);
      const { usage, ended, failure, text } = golden;

      it.each(passing === undefined ? [] : ways)("passes, %s", (_way, pieces) => {
        if (passing === undefined) return;
        const tap = passing.tapFor(name);
        const passed = passThrough(tap, pieces);
        expect({ usage: tap.usage, ended: tap.ended, failure: tap.failure?.message ?? null }).toEqual({
          usage,
          ended,
          failure,
        });
        const expected = passing.passed(bytes, golden);
        if (failure === null) expect(passed.bytes.toString("utf8")).toBe(expected);
        else expect(passed.failure).toContain(failure);
        expect(expected.startsWith(passed.bytes.toString("utf8"))).toBe(true);
        expect(passing.dialect.upstream.readText(passed.bytes.toString("utf8"), true)).toBe(text);
      });

      it.each(ways)("is decoded, %s", (_way, pieces) => {
        const events = decodeStream(upstream, pieces);
        expect(events).toEqual(decodeStream(upstream, [bytes]));
        const collected = collectEvents(events);
        if (golden["reading"] !== undefined) expect(readEvents(events)).toMatchObject(golden["reading"] as object);
        if (golden["seals"] !== undefined) expect(collected.choices[0]?.seals).toEqual(golden["seals"]);
        const error = failure ?? (isCut(golden) ? "The vendor's stream ended before its answer did." : null);
        const { usage: told, error: failed, isEnded } = collected;
        expect({ usage: told, failed, isEnded }).toEqual({ usage, failed: error, isEnded: error === null });
      });
    });
  });

  describe("errors", () => {
    it.each(casesOf(dialect, "errors", ".json"))("$name", ({ bytes, golden }) => {
      const { code, status, ...told } = golden;
      const error = upstream.readError(bytes.toString("utf8"));
      expect(error).toMatchObject(told);
      if (code !== undefined) expect(classify(error, Number(status))).toBe(code);
    });
  });
});

describe("every provider of openai-chat has fixtures", () => {
  const directory = join(import.meta.dirname, "../../fixtures/openai-chat");

  it.each(providers.filter(({ speaks }) => speaks["openai-chat"]))("$type", ({ type, speaks }) => {
    expect(readdirSync(join(directory, "answers"))).toContain(`${type}.json`);
    // Embeddings have no streams.
    const isChat = speaks["openai-chat"]?.["chat.completions"] !== undefined;
    if (isChat) expect(readdirSync(join(directory, "streams"))).toContain(`${type}.sse`);
  });
});
