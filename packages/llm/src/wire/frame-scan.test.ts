import { describe, expect, it } from "vitest";
import { FrameScanner, oddFrames, startsAsDocument } from "./frame-scan.ts";

const scanner = new FrameScanner(
  [{ word: "usage", unless: "null" }, { word: "error" }, { word: "count", bit: 2 }],
  false,
);
const named = new FrameScanner([], true);

const scan = (text: string, by = scanner): number => by.scan(Buffer.from(text));

describe("FrameScanner", () => {
  it.each([
    ['data: {"usage":{}}\n\n', 1],
    ['data: {"usage" : null}\n\n', 0],
    ['data: {"usage":null,"error":null}\n\n', 1],
    ['data: {"count":1}\n\n', 2],
    ['data: {"error":{"count":1}}\n\n', 3],
    ['data: {"text":"\\"usage\\":1"}\n\n', 0],
    ['data: {"usages":1}\n\n', 0],
  ])("finds the signs of %j", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  it.each(["data: {}\n\n", "data: {}\r\n\r\n", "data: {}\n\ndata: {}\n\n"])("knows the plain form (%j)", (text) => {
    expect(scan(text)).toBe(0);
  });

  it.each([
    ": comment\n\n",
    "id: 1\ndata: {}\n\n",
    "data:{}\n\n",
    "data: {}\ndata: {}\n\n",
    "data: [DONE]\n\n",
    "data: {}\n\n\n",
    "event: x\ndata: {}\n\n",
    "data: {}",
    "data: {}\n",
  ])("knows what is odd (%j)", (text) => {
    expect(scan(text)).toBe(oddFrames);
  });

  it("takes names where the dialect has them", () => {
    expect(scan("event: x\ndata: {}\n\n", named)).toBe(0);
    expect(scan("data: {}\nevent: x\n\n", named)).toBe(0);
    expect(scan("event: error\ndata: {}\n\n", named)).toBe(oddFrames);
    expect(scan("event: x\n\n", named)).toBe(oddFrames);
    expect(scan("event: x\nevent: x\ndata: {}\n\n", named)).toBe(oddFrames);
  });
});

it.each([
  ['{"a":1}', true],
  ["\n [1]", true],
  ["data: {}", false],
  [": {", false],
  ["", false],
])("startsAsDocument of %j is %s", (text, expected) => {
  expect(startsAsDocument(Buffer.from(text))).toBe(expected);
});
