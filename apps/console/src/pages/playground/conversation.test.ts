import { describe, expect, it } from "vitest";
import { noQuestion, requestOf, requestOnScreen } from "./conversation.ts";
import type { Turn } from "./conversation.ts";
import { ended, failed, newReply, withChunk } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { noSettings, readSettings, toolsExample } from "./settings.ts";

const { fields } = readSettings({ ...noSettings, isStreamed: false });

function said(text: string): Reply {
  const message = { choices: [{ message: { content: text } }], usage: { prompt_tokens: 3, completion_tokens: 4 } };
  return ended(withChunk(newReply(text, "one"), message, 5), "done", 9);
}

function turn(text: string, ...lanes: readonly (readonly Reply[])[]): Turn {
  return { id: text, text, pictures: [], lanes };
}

const call = (text: string, index: number | undefined, id?: string) => ({
  choices: [
    {
      delta: {
        tool_calls: [{ index, id, function: { ...(id !== undefined && { name: `f-${id}` }), arguments: text } }],
      },
    },
  ],
});

describe("a request", () => {
  it("has the history of its own model, and of the first where it joined later", () => {
    const turns = [turn("a", [said("1")], [said("2")]), turn("b", [said("3")]), turn("c", [], [])];
    const contents = (lane: number) =>
      requestOf({ model: "m", lane, turns, fields }).messages.map((message) => Reflect.get(message, "content"));
    expect(contents(0)).toEqual(["a", "1", "b", "3", "c"]);
    expect(contents(1)).toEqual(["a", "2", "b", "3", "c"]);
  });

  it("leaves out what failed with its question, which would fail again, and calls that nobody answered", () => {
    const calling = withChunk(said("so far"), call("{", 0, "x"), 1);
    const refused = failed(newReply("1", "one"), "no", "");
    const broken = failed(said("half"), "no", "");
    const turns = [turn("a", [refused], [said("1")]), turn("b", [calling]), turn("c", [broken]), turn("d", [])];
    const [question, ...rest] = requestOf({ model: "m", lane: 1, turns, fields }).messages;
    expect(question).toEqual({ role: "user", content: "a" });
    expect(rest).toHaveLength(6);
    expect(requestOf({ model: "m", lane: 0, turns, fields }).messages).toEqual([
      { role: "user", content: "b" },
      { role: "assistant", content: "so far" },
      { role: "user", content: "c" },
      { role: "assistant", content: "half" },
      { role: "user", content: "d" },
    ]);
  });

  it("has calls that came in parts, and what their tools said", () => {
    const parts = [call('{"a":', 0, "x"), call("{}", 1, "y"), call("1}", 0)];
    const calling = ended(
      parts.reduce((reply, part) => withChunk(reply, part, 1), newReply("1", "one")),
      "done",
      9,
    );
    const turns = [turn("a", [{ ...calling, results: ["sun", "rain"] }])];
    expect(requestOf({ model: "m", lane: 0, turns, fields }).messages.slice(1)).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "x", type: "function", function: { name: "f-x", arguments: '{"a":1}' } },
          { id: "y", type: "function", function: { name: "f-y", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "x", content: "sun" },
      { role: "tool", tool_call_id: "y", content: "rain" },
    ]);
  });

  it("on the screen is the one that is being written, or else the last that was sent", () => {
    const turns = [turn("a", [said("1")]), turn("b", [said("2")])];
    const contents = (text: string, lane = 0) =>
      requestOnScreen({ model: "m", lane, turns, fields }, { text, pictures: [] }).messages.length;
    expect(contents("c")).toBe(5);
    expect(contents("")).toBe(3);
    expect(contents("", 1)).toBe(3);
    expect(requestOnScreen({ model: "m", lane: 0, turns: [], fields }, noQuestion).messages).toHaveLength(1);
  });
});

describe("settings", () => {
  it("leave out of a request what was left to the model", () => {
    expect(fields).toEqual({ system: "" });
    expect(readSettings({ ...noSettings, temperature: "0.5", maxTokens: "100", effort: "low" }).fields).toEqual({
      ...{ system: "", temperature: 0.5, max_completion_tokens: 100, reasoning_effort: "low" },
      ...{ stream: true, stream_options: { include_usage: true } },
    });
  });

  it.each([
    ["tools", "[", "This is no JSON"],
    ["tools", "{}", "a list of tools"],
    ["tools", '[{"type":"function"}]', "a list of tools"],
    ["schema", "[]", "A schema is an object"],
    ["schema", "{a}", "This is no JSON"],
  ] as const)("say what is wrong with %s that are %s", (name, text, words) => {
    expect(readSettings({ ...noSettings, [name]: text }).faults[name]).toContain(words);
  });

  it("tell how tools are to be chosen only where there are some", () => {
    const chosen = { ...noSettings, toolChoice: "required" };
    expect(readSettings(chosen).fields).not.toHaveProperty("tool_choice");
    expect(readSettings({ ...chosen, tools: toolsExample }).fields).toHaveProperty("tool_choice", "required");
  });
});
