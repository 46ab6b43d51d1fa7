import { describe, expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import { editRequest } from "./edit.ts";
import { parseRequest } from "./request.ts";

const edit = (text: string, model = "target"): string =>
  editRequest(parseRequest("chat.completions", Buffer.from(text)), { model, quirks: {} }).toString();

const messages = '"messages":[{"role":"user","content":"x"}]';

describe("editRequest", () => {
  it("answers the very text where there is nothing to do", () => {
    const text = ` {"model":"target",${messages}, "n" : 1.0}\n`;
    expect(edit(text)).toBe(text);
  });

  it.each([
    [`{"model":"m",${messages}}`, `{"model":"target",${messages}}`],
    [`{${messages} , "model" : "m" }`, `{${messages} , "model" : "target" }`],
    [`{"a":{"model":"m"},"model":"m",${messages}}`, `{"a":{"model":"m"},"model":"target",${messages}}`],
    [
      `{"stream":true,"model":"m",${messages}}`,
      `{"stream_options":{"include_usage":true},"stream":true,"model":"target",${messages}}`,
    ],
    [
      `{"stream":true,"stream_options":null,"model":"m",${messages}}`,
      `{"stream":true,"stream_options":{"include_usage":true},"model":"target",${messages}}`,
    ],
    [
      `{"stream":true,"stream_options":{"include_usage":true},"model":"target",${messages}}`,
      `{"stream":true,"stream_options":{"include_usage":true},"model":"target",${messages}}`,
    ],
    [
      `{"stream":false,"stream_options":{"a":1},"model":"m",${messages}}`,
      `{"stream":false,"stream_options":{"a":1},"model":"target",${messages}}`,
    ],
  ])("%s", (text, expected) => {
    expect(edit(text)).toBe(expected);
  });

  it("asks nobody for usage who tells it anyway", () => {
    const request = parseRequest("chat.completions", Buffer.from(`{"model":"m","stream":true,${messages}}`));
    const edited = editRequest(request, { model: "m", quirks: { streamUsage: "unasked" } });
    expect(edited).toBe(request.body);
  });

  it("refuses what it would have to write and cannot", () => {
    const deep = `${"[".repeat(50_000)}1${"]".repeat(50_000)}`;
    for (const more of [`"stream_options":{"a":${deep}}`, `"a":1,"a":${deep}`]) {
      expect(() => edit(`{"model":"m","stream":true,${more},${messages}}`)).toThrow("nested too deeply");
    }
  });

  it("writes names of models as JSON", () => {
    const name = 'a"b\\c\n😀';
    expect(JSON.parse(edit(`{"model":"m",${messages}}`, name))).toHaveProperty("model", name);
  });

  it("means what an edit of the parsed body means, wherever the members stand", () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const chance = chanceFrom(seed);
      const members = [
        '"model":"m"',
        messages,
        '"stream":true',
        '"seed":12345678901234567890',
        '"x":{"model":"y","stream_options":{}}',
        '"":0',
      ];
      if (chance.below(2) === 0)
        members.push(`"stream_options":${chance.pick(["null", "{}", '{"include_usage":false}', '{"a":[1,{}]}'])}`);
      if (chance.below(8) === 0) members.push('"\\u0061":1');
      const shuffled = members.map((member) => ({ member, at: chance.below(1000) })).toSorted((a, b) => a.at - b.at);
      const text = `{${shuffled.map(({ member }) => chance.pick(["", " ", "\n"]) + member).join(",")}}`;
      const body = JSON.parse(text) as Record<string, unknown>;
      const options = body["stream_options"] as object | null | undefined;
      const expected = { ...body, model: "target", stream_options: { ...options, include_usage: true } };
      expect(JSON.parse(edit(text)), `seed ${seed}`).toEqual(expected);
    }
  });
});
