// Streams of servers that do not keep to the vendor's order.

import { describe, expect, it } from "vitest";
import { readEvents } from "#testing/reading.ts";
import { openaiResponses } from "#dialects/openai-responses/index.ts";

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

describe("a text is told once", () => {
  const [first, second] = ["Ahoy, ", "sailor!"];
  const pieces = (place: object, type = "response.output_text.delta") =>
    [first, second].map((piece) => ({ type, delta: piece, ...place }));
  const wholes = (places: readonly object[], text = first + second) => [
    { type: "response.output_text.done", text, ...places[0] },
    { type: "response.content_part.done", part: { type: "output_text", text }, ...places[1] },
    { type: "response.output_item.done", item: said(text), ...places[2] },
  ];
  const numbered = { output_index: 0, content_index: 0, item_id: "msg_1" };

  it.each<readonly [string, object, readonly object[]]>([
    ["by its vendor's own numbers", numbered, [numbered, numbered, numbered]],
    ["without any", {}, [{}, {}, {}]],
    ["with numbers for the pieces alone", numbered, [{}, {}, {}]],
    ["with numbers for the whole alone", {}, [numbered, numbered, numbered]],
    ["with other ids", { item_id: "a" }, [{ item_id: "b" }, { item_id: "c" }, {}]],
    ["with other places", { output_index: 0 }, [{ output_index: 1 }, { output_index: 2 }, { output_index: 3 }]],
    ["with places of parts from 1", { ...numbered, content_index: 1 }, [numbered, numbered, numbered]],
  ])("%s", (_name, piecesAt, wholesAt) => {
    const end = completed(said(first + second, "msg_9"));
    const whole = wholes(wholesAt);
    expect(read([...pieces(piecesAt), ...whole, end]).text).toBe("Ahoy, sailor!");
    expect(read([...pieces(piecesAt), whole[2] ?? {}, end]).text).toBe("Ahoy, sailor!");
    expect(read([...whole, end]).text).toBe("Ahoy, sailor!");
    expect(read([...pieces(piecesAt).slice(0, 1), ...whole, end]).text).toMatch(/^Ahoy, (?:sailor!)?$/);
  });

  it("also of several messages, of which some come whole, and two that say the same", () => {
    const done = (text: string, id: string) => ({ type: "response.output_item.done", item: said(text, id) });
    const events = [...pieces({}), done("Ahoy, sailor!", "a"), done("Ahoy, sailor!", "b"), done("Bye.", "c")];
    const end = completed(said("Ahoy, sailor!", "x"), said("Ahoy, sailor!", "y"), said("Bye.", "z"));
    expect(read([...events, end]).text).toBe("Ahoy, sailor!Ahoy, sailor!Bye.");
  });

  it("also where the whole has other spaces at its ends", () => {
    expect(
      read([...pieces(numbered), ...wholes([numbered, {}, {}], "Ahoy, sailor! "), completed(said("Ahoy, sailor!"))])
        .text,
    ).toMatch(/^Ahoy, sailor! ?$/);
  });

  it.each([
    [
      "a summary",
      "response.reasoning_summary_text.delta",
      { summary: [{ type: "summary_text", text: "Ahoy, sailor!" }] },
    ],
    ["thoughts", "response.reasoning_text.delta", { content: [{ type: "reasoning_text", text: "Ahoy, sailor!" }] }],
    [
      "thoughts whose summary is told",
      "response.reasoning_text.delta",
      { summary: [{ type: "summary_text", text: "Ahoy, sailor!" }] },
    ],
  ])("also %s", (_name, type, content) => {
    const item = { type: "reasoning", id: "rs_1", ...content };
    const done = { type: "response.output_item.done", output_index: 5, item };
    expect(read([...pieces({ item_id: "rs_0" }, type), done, completed(item)]).reasoning).toBe("Ahoy, sailor!");
    expect(read([done, completed(item)]).reasoning).toBe("Ahoy, sailor!");
    expect(read([completed(item)]).reasoning).toBe("Ahoy, sailor!");
  });
});

it("calls are known by their ids, as of servers that number nothing", () => {
  const begun = (id: string, name: string) => ({
    type: "response.output_item.added",
    item: { type: "function_call", call_id: id, name, arguments: "", status: "in_progress" },
  });
  const piece = (id: string, text: string) => ({
    type: "response.function_call_arguments.delta",
    item_id: id,
    delta: text,
  });
  const done = (id: string, name: string, text: string) => ({
    type: "response.output_item.done",
    item: { type: "function_call", call_id: id, name, arguments: text, status: "completed" },
  });
  const events = [
    ...[begun("fc_a", "f"), piece("fc_a", '{"x":'), piece("fc_a", "1}"), done("fc_a", "f", '{"x":1}')],
    ...[begun("fc_b", "g"), piece("another", "{}"), done("fc_b", "g", "{}")],
    done("fc_c", "h", '{"y":2}'),
  ];
  const calls = [
    { name: "f", args: { x: 1 } },
    { name: "g", args: {} },
    { name: "h", args: { y: 2 } },
  ];
  const output = [call, call, call].map((item, at) => ({ ...item, call_id: `fc_${"abc"[at]}` }));
  expect(read([...events, completed(...output)]).calls).toMatchObject(calls);
  expect(read([...events, completed(...output)]).calls).toHaveLength(3);
});

it("several calls of one id are several, numbered or not", () => {
  const item = { type: "function_call", call_id: "call_0", name: "f", arguments: "{}" };
  for (const places of [
    [{}, {}],
    [{ output_index: 0 }, { output_index: 1 }],
  ]) {
    const events = places.flatMap((place) => [
      { type: "response.output_item.added", item: { ...item, arguments: "" }, ...place },
      { type: "response.output_item.done", item, ...place },
    ]);
    expect(read([...events, completed(item, item)]).calls).toHaveLength(2);
  }
  const whole = [0, 1].map((place) => ({ type: "response.output_item.done", item, output_index: place }));
  expect(read([...whole, completed(item, item)]).calls).toHaveLength(2);
});
