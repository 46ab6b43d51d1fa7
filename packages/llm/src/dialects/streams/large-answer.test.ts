import { expect, it } from "vitest";
import type { Usage } from "#hub.ts";
import { countOf, memberOf } from "#wire/json.ts";
import { LargeAnswerTap } from "./large-answer.ts";

const readUsage = (usage: unknown): Usage => ({
  promptTokens: countOf(memberOf(usage, "in")),
  completionTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
});

function usageIn(text: string): number | undefined {
  const tap = new LargeAnswerTap(readUsage);
  for (let at = 0; at < text.length; at += 1_000) tap.push(Buffer.from(text.slice(at, at + 1_000)));
  return tap.usage?.promptTokens;
}

it("reads the last usage near the end, whatever its strings hold", () => {
  const filling = "x".repeat(20_000);
  expect(usageIn(`{"text":"${filling}","usage":{"in":7,"a":{"b":"}\\"}"}}}`)).toBe(7);
  expect(usageIn(`{"usage":{"in":1},"text":"ü","usage" : {"in":2},"id":"x"}`)).toBe(2);
  expect(usageIn(`{"usage":{"in":1},"text":"${filling}"}`)).toBeUndefined();
  for (const cut of ['{"usage":{"in":1', '{"usage":[1]}', '{"usage":{"in":1]}', '{"usage":{in}}', '{"usage":']) {
    expect(usageIn(cut), cut).toBeUndefined();
  }
});

it("takes no more time than there are bytes, where braces stand in a string", () => {
  const before = process.threadCpuUsage().user;
  for (let times = 0; times < 5; times += 1) usageIn(`{"usage":{"in":"${"}".repeat(8_000)}`);
  expect((process.threadCpuUsage().user - before) / 1000).toBeLessThan(100);
});
