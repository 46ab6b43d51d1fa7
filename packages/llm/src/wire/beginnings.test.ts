import { expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import { mayHold } from "./beginnings.ts";

const words = [
  "tool_call_id",
  "tool_choice",
  "ghostllm.seal",
  "name",
  "content",
  "tool_ca",
  "tool_c",
  "grün",
  "",
  "\\u0074ool_call",
];
const looked = ['"tool_call', '"ghostllm.', '"name"', '"content"', '"tool_c', '"absent_word'];

it("says yes wherever a text has such a string, in large texts and in small ones", () => {
  let denied = 0;
  for (let seed = 1; seed <= 600; seed += 1) {
    const chance = chanceFrom(seed);
    const filling = chance.pick([0, 10, 3_000]);
    const strings = Array.from({ length: chance.below(8) }, () => chance.pick(words));
    const prose = `${'He said: "tool_call", \\ '.repeat(filling > 0 ? 3 : 0)}${"x".repeat(filling)}`;
    const json = JSON.stringify([prose, strings, { [chance.pick(words)]: prose }, chance.pick(words)]);
    const held = json.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
    for (const word of looked) {
      const isThere = held.some((string) => string.startsWith(word));
      const answer = mayHold(Buffer.from(json), word);
      if (isThere) expect(answer, `seed ${seed}: ${word}`).toBe(true);
      if (!answer) denied += 1;
    }
  }
  expect(denied).toBeGreaterThan(600);
});

it("tells words that a text only speaks of from those that it has, where the text is large", () => {
  const text = JSON.stringify({ content: `${"prose ".repeat(2_000)} "tool_call_id" "ghostllm."` });
  expect(mayHold(Buffer.from(text), '"tool_call_id"')).toBe(false);
  expect(mayHold(Buffer.from(text.replace("content", "tool_call_id")), '"tool_call_id"')).toBe(true);
});

it("bears what is no JSON", () => {
  for (const text of ['"', '"tool_', `${" ".repeat(5_000)}"tool_call`, `"${"x".repeat(5_000)}`, '"\\'.repeat(3_000)])
    expect(typeof mayHold(Buffer.from(text), '"tool_call')).toBe("boolean");
});
