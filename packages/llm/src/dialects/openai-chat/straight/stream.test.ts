import { describe, expect, it } from "vitest";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { ChatStreamTap } from "./stream.ts";

const content = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }], usage: null })}\n\n`;
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\n';
const done = "data: [DONE]\n\n";
const request = { operation: "chat.completions" as const, answers: 1 };

function tapped(pieces: readonly Buffer[], hides = true): { tap: ChatStreamTap; text: string } {
  const tap = new ChatStreamTap({ request, hidesUsage: hides });
  const passed = [...pieces.map((piece) => tap.push(piece)), tap.flush()].filter((part) => part !== null);
  return { tap, text: Buffer.concat(passed).toString() };
}

const whole = (text: string, hides = true) => tapped([Buffer.from(text)], hides);

describe("ChatStreamTap", () => {
  it("hides the usage chunk, and nothing else", () => {
    const { tap, text } = whole(content("a") + usage + done);
    expect(text).toBe(content("a") + done);
    expect(tap).toMatchObject({ usage: { promptTokens: 3, completionTokens: 5 }, ended: true, failure: null });
  });

  it("passes it on to those who asked", () => {
    expect(whole(content("a") + usage + done, false).text).toBe(content("a") + usage + done);
  });

  it("does not hide usage on a chunk that says something", () => {
    const chunk = 'data: {"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
    const { tap, text } = whole(chunk);
    expect(text).toBe(chunk);
    expect(tap.usage).toMatchObject({ promptTokens: 1, completionTokens: 2 });
    expect(tap.ended).toBe(false);
  });

  it("takes words of the model for words of the model", () => {
    const text = content('"usage":{"prompt_tokens":1} [DONE] "error"') + content("data: [DONE]");
    const { tap, text: passed } = whole(text);
    expect(passed).toBe(text);
    expect(tap).toMatchObject({ usage: null, ended: false, failure: null });
  });

  it.each([
    ['data: {"error":{"message":"overloaded"}}\n\n', "overloaded"],
    ['data: {"error":"gone"}\n\n', "gone"],
    ['data: {"error":{}}\n\n', "error within the stream"],
    ['data: {"error":null,"choices":[]}\n\n', null],
  ])("reads the error of %j", (frame, failure) => {
    expect(whole(frame).tap.failure?.message ?? null).toBe(failure);
  });

  it("answers null where all that came is hidden", () => {
    expect(new ChatStreamTap({ request, hidesUsage: true }).push(Buffer.from(usage))).toBeNull();
  });

  it("finds usage and end in however the bytes arrive", () => {
    const frames = [content("grüße"), ": comment\n\n", usage, content("😀"), usage.replaceAll("\n", "\r\n"), done];
    for (let seed = 1; seed <= 300; seed += 1) {
      const chance = chanceFrom(seed);
      const text = [
        ...Array.from({ length: chance.below(12) }, () => chance.pick(frames.slice(0, 5))),
        usage,
        done,
      ].join("");
      const { tap, text: passed } = tapped(cutAtRandom(Buffer.from(text), chance));
      expect(passed, `seed ${seed}`).toBe(text.replaceAll(usage, "").replaceAll(usage.replaceAll("\n", "\r\n"), ""));
      expect(tap, `seed ${seed}`).toMatchObject({ usage: { promptTokens: 3, completionTokens: 5 }, ended: true });
    }
  });
});
