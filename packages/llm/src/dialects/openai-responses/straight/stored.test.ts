import { describe, expect, it } from "vitest";
import { LargeResponseTap } from "./large-answer.ts";
import { readKept, readStored } from "./stored.ts";
import { ResponseStreamTap } from "./stream.ts";

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe("what a request says about keeping", () => {
  it("an answer is kept unless the request says otherwise", () => {
    expect(readKept({})).toEqual({ references: [], isStored: true, isBackground: false });
    expect(readKept({ store: null })).toMatchObject({ isStored: true });
    expect(readKept({ store: false })).toMatchObject({ isStored: false });
    expect(readKept({ store: false, background: true })).toMatchObject({ isStored: true, isBackground: true });
  });

  it("goes on from another answer", () => {
    const param = "previous_response_id";
    expect(readKept({ [param]: "resp_1" }).references).toEqual([{ id: "resp_1", param }]);
    for (const value of [null, "", 7, {}]) expect(readKept({ [param]: value }).references).toEqual([]);
    expect(readKept(JSON.parse(`{"__proto__":{"${param}":"resp_1"}}`)).references).toEqual([]);
  });
});

describe("a kept answer", () => {
  it.each([
    ["queued", "open"],
    ["in_progress", "open"],
    ["completed", "done"],
    ["incomplete", "done"],
    ["failed", "failed"],
    ["cancelled", "cancelled"],
  ])("%s is %s", (status, state) => {
    expect(readStored(bytes({ id: "resp_1", status }))).toEqual({ id: "resp_1", state });
  });

  it.each([
    "",
    "x",
    "[]",
    "null",
    '{"id":"a"}',
    '{"status":"completed"}',
    '{"id":7,"status":"completed"}',
    '{"id":"","status":"completed"}',
    '{"id":"a","status":"constructor"}',
    '{"id":"a","status":"later"}',
    '{"id":"a","status":["completed"]}',
  ])("%s is none", (text) => expect(readStored(Buffer.from(text))).toBeNull());

  it("is read from a body with a key twice as a parser reads it", () => {
    expect(readStored(Buffer.from('{"id":"a","id":"b","status":"queued"}'))).toEqual({ id: "b", state: "open" });
  });

  it("is known from the head of one that is too large to hold", () => {
    const tap = new LargeResponseTap();
    tap.push(
      Buffer.from('{\n  "id": "resp_1",\n  "object": "response",\n  "status": "completed", "output": [{"id":"x"'),
    );
    tap.push(Buffer.from('}], "usage": {"input_tokens": 1, "output_tokens": 2}}'));
    expect(tap.stored).toEqual({ id: "resp_1", state: "done" });
    expect(tap.usage).toMatchObject({ promptTokens: 1, completionTokens: 2 });
  });
});

describe("a stream's answer", () => {
  const frame = (type: string, response: unknown): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, response })}\n\n`;
  const begun = frame("response.created", { id: "resp_1", status: "queued" });
  const more = frame("response.output_text.delta", { id: "other", status: "completed" });
  const ended = frame("response.completed", { id: "resp_1", status: "completed", usage: { output_tokens: 3 } });

  it.each([1, 7, 10_000])("is open from its first event, and done with its last (pieces of %i bytes)", (size) => {
    const tap = new ResponseStreamTap();
    const push = (text: string): void => {
      for (let at = 0; at < text.length; at += size) tap.push(Buffer.from(text.slice(at, at + size)));
    };
    push(": waiting\n\n");
    expect(tap.stored).toBeNull();
    push(begun);
    expect(tap.stored).toEqual({ id: "resp_1", state: "open" });
    push(more);
    expect(tap.stored).toEqual({ id: "resp_1", state: "open" });
    push(ended);
    expect(tap.stored).toEqual({ id: "resp_1", state: "done" });
  });

  it("is known from its end alone, as one that goes on tells it", () => {
    const tap = new ResponseStreamTap();
    tap.push(Buffer.from(more + ended));
    expect(tap.stored).toEqual({ id: "resp_1", state: "done" });
  });
});
