import { describe, expect, it } from "vitest";
import { cleanFrame } from "./clean-frame.ts";

const lenient = { names: true, comments: true, oneLine: true, spaces: false, silentNames: new Set(["ping"]) };
const strict = { names: false, comments: false, oneLine: true, spaces: true };

const cleaned = (frame: string, rules = lenient): string | null =>
  cleanFrame(Buffer.from(frame), rules)?.toString("utf8") ?? null;

describe("cleanFrame", () => {
  it.each([
    "data: {}\n\n",
    "data: {}\r\n\r\n",
    "data:{}\n\n",
    ": comment\n\n",
    "event: x\ndata: {}\n\n",
    '{"error":1}',
  ])("leaves %j as it is", (frame) => {
    const bytes = Buffer.from(frame);
    expect(cleanFrame(bytes, lenient)).toBe(bytes);
  });

  it.each([
    ["id: 7\nretry: 10\nevent: x\ndata: {}\n\n", "event: x\ndata: {}\n\n"],
    ["id: 7\r\ndata: {}\r\n\r\n", "data: {}\r\n\r\n"],
    [": comment\nid: 7\ndata: {}\n\n", ": comment\ndata: {}\n\n"],
    ['data: {"a":\ndata: 1}\n\n', 'data: {"a":1}\n\n'],
    ["data: {}\ndata: {}\n\n", "data: {}\n\ndata: {}\n\n"],
    ["retry: 10\n\n", null],
    ["id: 7\n\n", null],
    ["event: other\n\n", null],
    ["data:\n\n", null],
    ["data: \n\n", null],
    ["\n", null],
    ['event: ping\ndata: {"type":"ping"}\n\n', null],
  ])("makes of %j what every client reads", (frame, expected) => {
    expect(cleaned(frame)).toBe(expected);
  });

  it.each([
    [": comment\n\n", null],
    ["event: x\nid: 1\n: comment\ndata:{}\n\n", "data: {}\n\n"],
    ['data:{"a":\r\ndata:1}\r\n\r\n', 'data: {"a":1}\r\n\r\n'],
  ])("leaves strict clients the data alone (%j)", (frame, expected) => {
    expect(cleaned(frame, { ...strict, silentNames: new Set() })).toBe(expected);
  });
});
