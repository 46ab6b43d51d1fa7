// Real-shaped bytes of every provider that speaks the dialect. The file name is the case: what must be read from
// `streams/groq.sse` is in `streams/groq.golden.json`.

import { passThrough } from "#testing/pass-through.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { providers } from "#providers/index.ts";
import { openaiChat } from "./index.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/openai-chat");
const { upstream, client } = openaiChat;

interface Case {
  readonly name: string;
  readonly bytes: Buffer;
  readonly golden: Readonly<Record<string, unknown>>;
}

function casesOf(folder: string, ending: string): readonly Case[] {
  const directory = join(fixtures, folder);
  return readdirSync(directory)
    .filter((file) => file.endsWith(ending) && !file.endsWith(".golden.json"))
    .map((file) => {
      const name = file.slice(0, -ending.length);
      const golden = JSON.parse(readFileSync(join(directory, `${name}.golden.json`), "utf8")) as Case["golden"];
      return { name, bytes: readFileSync(join(directory, file)), golden };
    });
}

function providerOf(name: string) {
  const type = name.split(".")[0];
  const provider = providers.find((candidate) => candidate.type === type);
  if (provider === undefined) throw new Error(`the fixture ${name} names no provider`);
  return provider;
}

function tapFor(name: string): StreamTap {
  const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "x" }], stream: true }));
  const request = client.parseRequest("chat.completions", body);
  return upstream.createStreamTap(request, providerOf(name).quirks ?? {});
}

function* cut(bytes: Buffer, sizes: Iterable<number>): Generator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function* always(size: number): Generator<number> {
  for (;;) yield size;
}

/** Pieces of 1 to 40 bytes from a seed, so that a failure can be repeated. */
function* randomSizes(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield 1 + (state % 40);
  }
}

describe("every provider of the dialect has fixtures", () => {
  it.each(providers.filter(({ speaks }) => speaks["openai-chat"]))("$type", ({ type, speaks }) => {
    expect(readdirSync(join(fixtures, "answers"))).toContain(`${type}.json`);
    // Embeddings have no streams.
    const isChat = speaks["openai-chat"]?.["chat.completions"] !== undefined;
    if (isChat) expect(readdirSync(join(fixtures, "streams"))).toContain(`${type}.sse`);
  });
});

describe("answers", () => {
  it.each(casesOf("answers", ".json"))("$name", ({ bytes, golden }) => {
    expect(upstream.readAnswer(bytes)).toMatchObject({ usage: golden["usage"], broken: false });
    expect(upstream.readText(bytes.toString("utf8"), false)).toBe(golden["text"]);
  });
});

describe("streams", () => {
  describe.each(casesOf("streams", ".sse"))("$name", ({ name, bytes, golden }) => {
    const ways: [string, Iterable<number>][] = [
      ["whole", always(bytes.length)],
      ["byte by byte", always(1)],
      ...[1, 2, 3, 4, 5].map((seed): [string, Iterable<number>] => [`split at random, ${seed}`, randomSizes(seed)]),
    ];
    it.each(ways)("%s", (_way, sizes) => {
      const tap = tapFor(name);
      const { bytes: passed, failure } = passThrough(tap, cut(bytes, sizes));
      expect({ usage: tap.usage, ended: tap.ended, failure: tap.failure?.message ?? null }).toEqual({
        usage: golden["usage"],
        ended: golden["ended"],
        failure: golden["failure"],
      });
      expect(upstream.readText(passed.toString("utf8"), true)).toBe(golden["text"]);
      if (failure !== null) return expect(failure).toContain(golden["failure"]);
      const chunks = (text: string): number => text.split('"chat.completion.chunk"').length;
      expect(chunks(bytes.toString("utf8")) - chunks(passed.toString("utf8"))).toBe(golden["hidesLastChunk"] ? 1 : 0);
      const mark = golden["ended"] === true ? "" : "data: [DONE]\n\n";
      if (!golden["hidesLastChunk"]) expect(passed.toString("utf8")).toBe(bytes.toString("utf8") + mark);
    });
  });
});

describe("errors", () => {
  it.each(casesOf("errors", ".json"))("$name", ({ bytes, golden }) => {
    expect(upstream.readError(bytes.toString("utf8")).message).toBe(golden["message"]);
  });
});
