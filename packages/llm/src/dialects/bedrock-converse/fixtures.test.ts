// Answers in the vendor's shapes. The file name is the case: what must be read from `answers/nova.json` is in
// `answers/nova.golden.json`. A stream is a list of messages, which are framed here.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEventMessage } from "@ghostllm/fake-upstream";
import { describe, expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import { bedrockConverse } from "./index.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/bedrock-converse");
const { upstream } = bedrockConverse;

interface Case {
  readonly name: string;
  readonly text: string;
  readonly golden: Readonly<Record<string, unknown>>;
}

function casesOf(folder: string, ending: string): readonly Case[] {
  const directory = join(fixtures, folder);
  return readdirSync(directory)
    .filter((file) => file.endsWith(ending) && !file.endsWith(".golden.json"))
    .map((file) => {
      const name = file.slice(0, -ending.length);
      const golden = JSON.parse(readFileSync(join(directory, `${name}.golden.json`), "utf8")) as Case["golden"];
      return { name, text: readFileSync(join(directory, file), "utf8"), golden };
    });
}

interface Line {
  readonly event?: string;
  readonly exception?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

function frame(lines: string): Buffer {
  const messages = lines.trim().split("\n");
  return Buffer.concat(
    messages.map((line) => {
      const { event, exception = "", payload } = JSON.parse(line) as Line;
      return encodeEventMessage(event ?? exception, payload, event === undefined ? "exception" : "event");
    }),
  );
}

function decode(pieces: readonly Buffer[]): readonly ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

describe("answers", () => {
  it.each(casesOf("answers", ".json"))("$name", ({ text, golden }) => {
    const result = upstream.decodeResult(Buffer.from(text));
    if (result === null) throw new Error("is no answer");
    const { usage, ...reading } = golden;
    expect(readResult(result)).toMatchObject(reading);
    expect(result.usage).toEqual(usage);
  });

  it("name their sources at the text, and are opaque where no other dialect has a word", () => {
    const [grounded] = casesOf("answers", ".json").filter(({ name }) => name === "grounded");
    const result = upstream.decodeResult(Buffer.from(grounded?.text ?? ""));
    expect(result?.choices[0]?.content).toMatchObject([
      { kind: "opaque", value: { toolUse: { name: "nova_grounding" } } },
      { kind: "opaque", value: { toolResult: {} } },
      { kind: "text", citations: [{ url: "https://tides.example/today" }] },
      { kind: "text", citations: [{ title: "Almanac", quote: "six" }] },
    ]);
  });

  it("are sealed by the dialect", () => {
    const [tools] = casesOf("answers", ".json").filter(({ name }) => name === "tools");
    const result = upstream.decodeResult(Buffer.from(tools?.text ?? ""));
    expect(result?.choices[0]?.content.slice(0, 2)).toEqual([
      {
        kind: "reasoning",
        text: "Two harbours, so two calls.",
        signature: { by: "bedrock-converse", value: "Eq+/w==" },
      },
      { kind: "reasoning", text: "", encrypted: { by: "bedrock-converse", value: "Em+/w==" } },
    ]);
  });
});

describe("streams", () => {
  describe.each(casesOf("streams", ".jsonl"))("$name", ({ text, golden }) => {
    const bytes = frame(text);
    it.each<[string, Buffer[]]>([
      ["whole", [bytes]],
      ["byte by byte", Array.from(bytes, (byte) => Buffer.from([byte]))],
      ...[1, 2, 3].map((seed): [string, Buffer[]] => [
        `split at random, ${seed}`,
        cutAtRandom(bytes, chanceFrom(seed)),
      ]),
    ])("is decoded, %s", (_way, pieces) => {
      const events = decode(pieces);
      const { isEnded, error, usage, choices } = collectEvents(events);
      expect(readEvents(events)).toMatchObject(golden["reading"] as object);
      expect({ ended: isEnded, error, usage }).toEqual({
        ended: golden["ended"],
        error: golden["error"],
        usage: golden["usage"],
      });
      expect(choices[0]?.seals).toEqual(golden["seals"]);
    });
  });

  it("a frame that is broken, cut off, or no JSON is a failure", () => {
    const [first] = casesOf("streams", ".jsonl");
    const bytes = frame(first?.text ?? "");
    const broken = Buffer.from(bytes);
    broken[200] = (broken[200] ?? 0) ^ 1;
    expect(collectEvents(decode([broken])).error).toMatch(/checksum/);
    expect(collectEvents(decode([bytes.subarray(0, -3)])).error).toMatch(/ends within a message/);
    expect(collectEvents(decode([encodeEventMessage("messageStop", "x" as never)])).error).toMatch(/no JSON object/);
    expect(collectEvents(decode([Buffer.from("<html><head></head></html>")])).error).toMatch(/checksum/);
    expect(collectEvents(decode([Buffer.alloc(0)])).error).not.toBeNull();
  });
});

describe("errors", () => {
  it.each(casesOf("errors", ".json"))("$name", ({ text, golden }) => {
    expect(upstream.readError(text)).toEqual(golden);
  });

  it("bears what is no JSON", () => {
    expect(upstream.readError("<html>")).toEqual({ message: null, words: [] });
  });
});
