import { expect, it } from "vitest";
import type { SavedMessage } from "#connect/saved-chats.ts";
import { requestOf } from "./conversation.ts";
import { turnsOf } from "./saved-turns.ts";
import { noSettings, readSettings } from "./settings.ts";

const message = (change: Partial<SavedMessage>): SavedMessage => ({
  ...{ by: "user", text: "", reasoning: "", calls: [], results: [], pictures: [], isCut: false, requestId: "r" },
  ...change,
});

it("is the conversation that it was, with calls, results and pictures", () => {
  const call = { id: "c1", name: "f", arguments: "{}" };
  const turns = turnsOf({ id: "s", model: "m" }, [
    message({ by: "system", text: "Be short" }),
    message({ text: "first", pictures: ["data:image/png;base64,AA"] }),
    message({ by: "assistant", calls: [call] }),
    message({ by: "tool", results: [{ id: "c1", text: "sun" }] }),
    message({ by: "assistant", text: "It is sunny", isCut: true }),
    message({ text: "second" }),
  ]);
  expect(turns).toHaveLength(2);
  expect(turns[0]?.lanes[0]).toMatchObject([
    { state: "done", results: ["sun"] },
    { state: "stopped", text: "It is sunny" },
  ]);
  const { fields } = readSettings(noSettings);
  expect(requestOf({ model: "m", lane: 0, turns, fields }).messages).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "first" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA" } },
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "c1", content: "sun" },
    { role: "assistant", content: "It is sunny" },
    { role: "user", content: "second" },
  ]);
});

it("has a place for an answer whose question is not kept any more", () => {
  expect(turnsOf({ id: "s", model: "m" }, [message({ by: "assistant", text: "Yes" })])).toMatchObject([
    { text: "", lanes: [[{ text: "Yes" }]] },
  ]);
});
