import { describe, expect, it } from "vitest";
import { makeProvider, makeTarget } from "../../../../tests/support/gateway.ts";
import { TargetRoom } from "./target-room.ts";

const target = makeTarget(makeProvider("openai", "http://127.0.0.1:1/v1"), "one");
const theirs = makeTarget(makeProvider("anthropic", "http://127.0.0.1:1"), "two");
const asked = { dialect: "openai-chat", operation: "chat.completions", now: 0 } as const;

describe("what a vendor says is left", () => {
  it.each<[string, number]>([
    ["12ms", 12],
    ["1s", 1_000],
    ["6m0s", 360_000],
    ["1m30.5s", 90_500],
    ["7", 7_000],
    ["0.25", 250],
    ["2h", 600_000],
  ])("is heeded for %s", (reset, ms) => {
    const room = new TargetRoom();
    const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset };
    room.note(target, { ...asked, headers });
    expect(room.hasRoom({ target, tokens: 1 }, ms - 1)).toBe(false);
    expect(room.hasRoom({ target, tokens: 1 }, ms)).toBe(true);
  });

  it("is read in the headers of the dialect that the vendor speaks, by its clock", () => {
    const room = new TargetRoom();
    const headers = {
      date: "Mon, 30 Nov 2026 10:00:00 GMT",
      "anthropic-ratelimit-tokens-remaining": "100",
      "anthropic-ratelimit-tokens-reset": "2026-11-30T10:00:20Z",
    };
    room.note(theirs, { ...asked, headers });
    expect(room.hasRoom({ target: theirs, tokens: 100 }, 0)).toBe(true);
    expect(room.hasRoom({ target: theirs, tokens: 101 }, 19_999)).toBe(false);
    expect(room.hasRoom({ target: theirs, tokens: 101 }, 20_000)).toBe(true);
    room.take({ target: theirs, tokens: 60 });
    expect(room.hasRoom({ target: theirs, tokens: 50 }, 1)).toBe(false);
  });

  it.each(["-1", "", "many", "1e3"])("is nothing where it is %j", (remaining) => {
    const room = new TargetRoom();
    const headers = { "x-ratelimit-remaining-requests": remaining, "x-ratelimit-reset-requests": "1m" };
    room.note(target, { ...asked, headers });
    expect(room.hasRoom({ target, tokens: 1 }, 0)).toBe(true);
  });
});
