// Streams of vendors, read into events and written again. The fixtures are those of the taps that let streams pass.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { writtenReading } from "#testing/written-usage.ts";
import { openaiChat } from "./index.ts";

const { client, upstream } = openaiChat;
const directory = join(import.meta.dirname, "../../../fixtures/openai-chat/streams");
const names = readdirSync(directory).filter((file) => file.endsWith(".sse"));

function decode(pieces: readonly Buffer[]): ChatEvent[] {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

function decodeText(text: string): ChatEvent[] {
  return decode([Buffer.from(text)]);
}

function encode(events: readonly ChatEvent[], wantsUsage = true): string {
  const body = JSON.stringify({
    model: "m",
    messages: [{ role: "user", content: "x" }],
    stream: true,
    stream_options: { include_usage: wantsUsage },
  });
  const encoder = client.createStreamEncoder(client.parseRequest("chat.completions", Buffer.from(body)));
  return events.map((event) => encoder.encode(event)).join("");
}

/** Frames with an answer's id and these choices. */
function stream(...chunks: readonly object[]): string {
  const frames = chunks.map((chunk) => `data: ${JSON.stringify({ id: "c1", created: 5, model: "m", ...chunk })}\n\n`);
  return frames.join("");
}

const delta = (fields: object, rest: object = {}) => ({ choices: [{ index: 0, delta: fields, ...rest }] });
const stop = delta({}, { finish_reason: "stop" });
const done = "data: [DONE]\n\n";

describe.each(names)("%s", (name) => {
  const bytes = readFileSync(join(directory, name));
  const golden = JSON.parse(readFileSync(join(directory, name.replace(".sse", ".golden.json")), "utf8")) as {
    readonly usage: unknown;
    readonly failure: string | null;
  };
  const whole = decode([bytes]);

  it("tells the usage and the failure", () => {
    const { usage, error } = collectEvents(whole);
    expect(usage).toEqual(golden.usage);
    expect(error).toBe(golden.failure);
  });

  it("is the same byte by byte and in pieces of any size", () => {
    expect(decode(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(whole);
    for (let seed = 0; seed < 5; seed += 1) expect(decode(cutAtRandom(bytes, chanceFrom(seed)))).toEqual(whole);
  });

  it("says the same when it is written and read again", () => {
    expect(collectEvents(decodeText(encode(whole)))).toEqual(writtenReading(collectEvents(whole)));
  });
});

describe("reading", () => {
  it("takes Mistral's content of parts, some of them thoughts", () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "so" },
      { type: "reference", reference_ids: [1] },
    ];
    const events = decodeText(stream(delta({ content }), stop) + done);
    expect(collectEvents(events).choices).toMatchObject([{ text: "so", reasoning: "hm", finish: "stop" }]);
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: "extras",
        extras: expect.objectContaining({ fields: { message: { content: [content[2]] } } }) as unknown,
      }),
    );
  });

  it("takes reasoning once where a vendor writes it under two names, and its seals", () => {
    const thought = {
      reasoning: "hm",
      reasoning_content: "hm",
      reasoning_details: [{ type: "reasoning.text", text: "hm" }],
    };
    const seal = { reasoning_details: [{ type: "reasoning.text", signature: "c2ln", index: 0 }] };
    const hidden = { reasoning_details: [{ type: "reasoning.encrypted", data: "ZW5j" }] };
    const { choices } = collectEvents(decodeText(stream(delta(thought), delta(seal), delta(hidden), stop) + done));
    expect(choices).toMatchObject([{ reasoning: "hm", seals: ["c2ln", "ZW5j"] }]);
  });

  it("begins with the first chunk that says something: Azure's first has neither id nor choices", () => {
    const events = decodeText(
      stream({ id: "", model: "", choices: [], prompt_filter_results: [1] }, delta({ content: "x" }), stop),
    );
    expect(events.filter(({ kind }) => kind === "start")).toEqual([
      { kind: "start", id: "c1", model: "m", createdSeconds: 5 },
    ]);
  });

  it("keeps several choices apart", () => {
    const choices = [0, 1].map((index) => ({ index, delta: { content: `text ${index}` }, finish_reason: "length" }));
    expect(collectEvents(decodeText(stream({ choices }))).choices).toMatchObject([
      { text: "text 0", finish: "length" },
      { text: "text 1", finish: "length" },
    ]);
  });

  it("ends without an end mark where every choice has ended, and fails where not", () => {
    expect(decodeText(stream(delta({ content: "x" }), stop)).at(-1)).toEqual({ kind: "end" });
    expect(decodeText(stream(delta({ content: "x" }))).at(-1)).toMatchObject({ kind: "error" });
    expect(decodeText("")).toMatchObject([{ kind: "error" }]);
  });

  it.each([
    ["OpenAI's", 'data: {"error":{"message":"no","type":"server_error","code":"c"}}\n\n', "no", "c"],
    ["Groq's, with an event name", 'event: error\ndata: {"error":{"message":"no","type":"t"}}\n\n', "no", "t"],
    ["Mistral's", 'data: {"object":"error","message":"no","type":"t","code":"1"}\n\n', "no", "1"],
  ])("an error: %s", (_name, frame, message, code) => {
    const events = decodeText(stream(delta({ content: "x" })) + frame + stream(delta({ content: "never" })) + done);
    expect(events.at(-1)).toEqual({ kind: "error", message, code });
    expect(collectEvents(events).choices[0]?.text).toBe("x");
  });

  it("a chunk that is no JSON is an error, what follows the end mark is nothing", () => {
    expect(decodeText(`data: {"id"\n\n${done}`)).toMatchObject([{ kind: "error" }]);
    expect(decodeText(stream(stop) + done + stream(delta({ content: "late" }))).at(-1)).toEqual({ kind: "end" });
  });

  it("takes an error that came instead of a stream", () => {
    const events = decodeText('{"error":{"message":"no","code":429}}');
    expect(events).toEqual([{ kind: "error", message: "no", code: "429" }]);
  });

  it("takes a whole answer that came instead of a stream", () => {
    const message = { role: "assistant", content: "all of it" };
    const answer = JSON.stringify({ id: "c1", choices: [{ index: 0, message, finish_reason: "stop" }] });
    expect(collectEvents(decodeText(answer))).toMatchObject({ isEnded: true, choices: [{ text: "all of it" }] });
  });

  it("tells what is repeated in every chunk once", () => {
    const events = decodeText(
      stream(
        { ...delta({ content: "a" }), provider: "P" },
        { ...delta({ content: "b" }), provider: "P", obfuscation: "x" },
        stop,
      ),
    );
    expect(events.filter(({ kind }) => kind === "extras")).toHaveLength(1);
  });
});
