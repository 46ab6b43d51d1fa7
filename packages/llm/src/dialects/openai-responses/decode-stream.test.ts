// Streams of servers that do not keep to the vendor's order.

import { describe, expect, it } from "vitest";
import { readEvents } from "#testing/reading.ts";
import { openaiResponses } from "./index.ts";

function read(events: readonly object[]) {
  const decoder = openaiResponses.upstream.createStreamDecoder();
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return readEvents([...decoder.push(Buffer.from(text)), ...decoder.flush()]);
}

const call = { type: "function_call", id: "fc_1", call_id: "call_1", name: "f", arguments: '{"x":1}' };
const said = (text: string, id = "msg_1") => ({
  type: "message",
  id,
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] }],
});
const completed = (...output: readonly object[]) => ({
  type: "response.completed",
  response: { id: "resp_1", status: "completed", output },
});
const delta = { type: "response.output_text.delta", delta: "Ahoy" };

describe("a stream", () => {
  it("need not number its items, nor begin them", () => {
    expect(read([delta, { ...delta, delta: "!" }, completed(said("Ahoy!"))]).text).toBe("Ahoy!");
  });

  it("may keep calls for its end", () => {
    const reading = read([{ ...delta, output_index: 0 }, completed(said("Ahoy"), call)]);
    expect(reading).toMatchObject({ text: "Ahoy", calls: [{ name: "f", args: { x: 1 } }], finish: "tool_calls" });
  });

  it("may give several items one place", () => {
    const done = (item: object) => ({ type: "response.output_item.done", output_index: 0, item });
    const added = (item: object) => ({ type: "response.output_item.added", output_index: 0, item });
    const other = { ...call, id: "fc_2", call_id: "call_2", name: "g" };
    const events = [added(call), done(call), added(other), done(other), done(said("A")), done(said("B", "msg_2"))];
    expect(read([...events, completed()])).toMatchObject({ text: "AB", calls: [{ name: "f" }, { name: "g" }] });
  });

  it("may tell an item under another id with each event", () => {
    const place = { output_index: 0, content_index: 0 };
    const events = [
      { type: "response.output_item.added", output_index: 0, item: { ...said(""), id: "a", content: [] } },
      { ...delta, ...place, item_id: "b" },
      { type: "response.output_text.done", ...place, item_id: "c", text: "Ahoy" },
      { type: "response.output_item.done", output_index: 0, item: said("Ahoy", "d") },
    ];
    expect(read([...events, completed(said("Ahoy", "e"))]).text).toBe("Ahoy");
  });

  it("may be the whole answer, as a document", () => {
    const decoder = openaiResponses.upstream.createStreamDecoder();
    const body = JSON.stringify({ object: "response", id: "r", status: "completed", error: null, output: [said("A")] });
    expect(readEvents([...decoder.push(Buffer.from(body)), ...decoder.flush()])).toMatchObject({
      text: "A",
      failed: false,
    });
  });

  it("fails by what the vendor says, in each of its forms", () => {
    const error = { code: "server_error", message: "Broken." };
    for (const event of [
      { type: "error", ...error },
      { type: "error", error },
      { type: "response.failed", response: { status: "failed", error } },
      { error },
      { object: "response", status: "failed", error },
    ]) {
      const decoder = openaiResponses.upstream.createStreamDecoder();
      const events = decoder.push(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
      expect(events, JSON.stringify(event)).toEqual([{ kind: "error", message: "Broken.", code: "server_error" }]);
    }
  });

  it("that says only that it is over was cut off", () => {
    const decoder = openaiResponses.upstream.createStreamDecoder();
    const events = decoder.push(Buffer.from(`data: ${JSON.stringify(delta)}\n\ndata: [DONE]\n\n`));
    expect(readEvents([...events, ...decoder.flush()])).toMatchObject({ text: "Ahoy", failed: true });
  });
});
