// Real-shaped bytes of an Ollama server. The file name is the case: what must be read from `streams/ollama.ndjson` is in
// `streams/ollama.golden.json`.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { classify } from "#dialects/errors/vendor-error.ts";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { passThrough } from "#testing/pass-through.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { ollama } from "./index.ts";

const { upstream } = ollama;
const fixtures = join(import.meta.dirname, "../../../fixtures/ollama");

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

function waysToCut(bytes: Buffer): readonly (readonly Buffer[])[] {
  const byChance = [1, 2, 3, 4, 5].map((seed) => cutAtRandom(bytes, chanceFrom(seed)));
  return [[bytes], Array.from(bytes, (byte) => Buffer.of(byte)), ...byChance];
}

function decode(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

describe("answers", () => {
  it.each(casesOf("answers", ".json"))("$name", ({ bytes, golden }) => {
    expect(upstream.readAnswer(bytes)).toMatchObject({ usage: golden["usage"], broken: false });
    expect(upstream.readText(bytes.toString("utf8"), false)).toBe(golden["text"]);
    const tap = upstream.createLargeAnswerTap();
    for (const piece of cutAtRandom(bytes, chanceFrom(1))) expect(tap.push(piece)).toBe(piece);
    expect(tap.usage).toEqual(golden["usage"]);
  });

  it("large ones are scanned for their counts", () => {
    const vector = Array.from({ length: 20_000 }, (_item, index) => index / 20_000);
    const body = Buffer.from(JSON.stringify({ model: "m", embeddings: [vector], prompt_eval_count: 9 }));
    expect(upstream.readAnswer(body)).toMatchObject({ usage: { promptTokens: 9 }, broken: false });
    expect(upstream.readAnswer(body.subarray(0, -1))).toEqual({ usage: null, broken: true });
  });
});

describe("streams", () => {
  it.each(casesOf("streams", ".ndjson"))("$name", ({ bytes, golden }) => {
    const whole = decode([bytes]);
    for (const pieces of waysToCut(bytes)) {
      const tap = upstream.createStreamTap();
      const passed = passThrough(tap, pieces);
      if (golden["failure"] === null)
        expect(passed.bytes.toString("utf8")).toBe(bytes.toString("utf8").replace(/\n?$/, "\n"));
      else expect(passed.failure).toContain(golden["failure"]);
      expect({ usage: tap.usage, ended: tap.ended, failure: tap.failure?.message ?? null }).toEqual({
        usage: golden["usage"],
        ended: golden["ended"],
        failure: golden["failure"],
      });
      expect(decode(pieces)).toEqual(whole);
    }
    expect(upstream.readText(bytes.toString("utf8"), true)).toBe(golden["text"]);
    const { usage, error, isEnded } = collectEvents(whole);
    expect({ usage, ended: isEnded, failure: error }).toEqual({
      usage: golden["usage"],
      ended: golden["ended"],
      failure: golden["failure"],
    });
  });

  it("give calls without an id one of their own, and end for their calls", () => {
    const { choices, id } = collectEvents(decode([readFileSync(join(fixtures, "streams/ollama.ndjson"))]));
    expect(id).toBe("");
    expect(choices).toMatchObject([
      {
        reasoning: "Look it up.",
        calls: [
          { id: "call_a1", name: "temperature", argumentsText: '{"city":"Oslo"}' },
          { id: "call_20260203091601100000001_1", name: "now", argumentsText: "{}" },
        ],
        finish: "tool_calls",
      },
    ]);
  });

  it.each([
    ["a whole answer", '{"message":{"content":"all"},"done":true}', { isEnded: true, choices: [{ text: "all" }] }],
    ["an error", '{"error":"no"}', { error: "no" }],
    ["nothing", "", { error: "The vendor's stream ended before its answer did." }],
    ["what is no JSON", "<html>\n", { error: "The vendor sent a line that is no JSON object." }],
    ["a line too few", '{"message":{"content":"all"},"done":false}\n', { isEnded: false, choices: [{ text: "all" }] }],
    ["what follows the end", '{"message":{"content":"a"},"done":true}\n{"error":"late"}\n', { error: null }],
  ])("may bring %s", (_name, text, expected) => {
    expect(collectEvents(decode([Buffer.from(text)]))).toMatchObject(expected);
  });
});

describe("errors", () => {
  it.each(casesOf("errors", ".json"))("$name", ({ bytes, golden }) => {
    const error = upstream.readError(bytes.toString("utf8"));
    expect(error.message).toBe(golden["message"]);
    expect(classify(error, Number(golden["status"]))).toBe(golden["code"]);
  });
});
