import { finalText, picture, turns } from "../plan.ts";
import { Faults, idOf, json, listOf, pieces, plannedCalls } from "./vendor.ts";
import type { Answer, Json, StrictVendor } from "./vendor.ts";

const usage = { input_tokens: 100, output_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

function contentOf(turn: number): readonly Json[] {
  const planned = turns[turn];
  if (planned === undefined) return [{ type: "text", text: finalText }];
  const { thought, seal, text, calls } = planned;
  return [
    { type: "thinking", thinking: thought, signature: seal },
    ...(text === "" ? [] : [{ type: "text", text }]),
    ...calls.map(({ name, args }, at) => ({ type: "tool_use", id: idOf("toolu_", turn, at), name, input: args })),
  ];
}

function messageOf(turn: number): Json {
  return {
    id: `msg_${turn}`,
    type: "message",
    role: "assistant",
    model: "claude-opus-4-5",
    content: contentOf(turn),
    stop_reason: turns[turn] === undefined ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage,
  };
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function deltasOf(block: Json): readonly Json[] {
  if (block["type"] === "text") return pieces(String(block["text"])).map((text) => ({ type: "text_delta", text }));
  if (block["type"] === "tool_use") {
    const written = pieces(JSON.stringify(block["input"]));
    return written.map((partial_json) => ({ type: "input_json_delta", partial_json }));
  }
  return [
    ...pieces(String(block["thinking"])).map((thinking) => ({ type: "thinking_delta", thinking })),
    { type: "signature_delta", signature: block["signature"] },
  ];
}

function emptied(block: Json): Json {
  if (block["type"] === "text") return { type: "text", text: "" };
  return block["type"] === "tool_use" ? { ...block, input: {} } : { type: "thinking", thinking: "", signature: "" };
}

function streamOf(turn: number): string {
  const message = messageOf(turn);
  const blocks = contentOf(turn).flatMap((block, index) => [
    event("content_block_start", { index, content_block: emptied(block) }),
    ...deltasOf(block).map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
  ]);
  return [
    event("message_start", {
      message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    }),
    event("ping", {}),
    ...blocks,
    event("message_delta", {
      delta: { stop_reason: message["stop_reason"], stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    event("message_stop", {}),
  ].join("");
}

function checkAssistant(faults: Faults, message: Json, turn: number): void {
  const blocks = listOf(message["content"]);
  const planned = turns[turn];
  const thought = { type: "thinking", thinking: planned?.thought, signature: planned?.seal };
  faults.same(blocks[0], thought, `turn ${turn}: the first block (thinking must come back as it was)`);
  const calls = blocks.filter(({ type }) => type === "tool_use");
  const expected = plannedCalls(turn).map(({ name, args }, at) => {
    return { type: "tool_use", id: idOf("toolu_", turn, at), name, input: args };
  });
  faults.same(calls, expected, `turn ${turn}: the calls`);
  const texts = blocks.filter(({ type }) => type === "text").map(({ text }) => text);
  faults.same(texts.join(""), planned?.text ?? "", `turn ${turn}: the text`);
}

function checkResults(faults: Faults, message: Json, turn: number): void {
  const blocks = listOf(message["content"]);
  const results = blocks.filter(({ type }) => type === "tool_result");
  faults.same(blocks.slice(0, results.length), results, `turn ${turn}: results must come first; content`);
  const told = results.map(({ tool_use_id: id, content }) => ({
    id,
    text:
      typeof content === "string"
        ? content
        : listOf(content)
            .map(({ text }) => text)
            .join(""),
  }));
  const expected = plannedCalls(turn).map(({ result }, at) => ({ id: idOf("toolu_", turn, at), text: result }));
  faults.same(told, expected, `turn ${turn}: the results`);
}

function faultsOf(body: Json, turn: number): readonly string[] {
  const faults = new Faults();
  const messages = listOf(body["messages"]);
  const roles = Array.from({ length: 2 * turn + 1 }, (_, at) => (at % 2 === 0 ? "user" : "assistant"));
  faults.same(
    messages.map(({ role }) => role),
    roles,
    "the order of roles",
  );
  const [first, ...rest] = messages;
  const image = listOf(first?.["content"]).find(({ type }) => type === "image");
  faults.same(image?.["source"], { type: "base64", media_type: "image/png", data: picture }, "the image");
  faults.must(JSON.stringify(body["system"] ?? "").includes("look things up"), "the system prompt is missing");
  faults.same(
    listOf(body["tools"]).map(({ name }) => name),
    ["weather", "clock"],
    "the tools",
  );
  faults.must(body["thinking"] !== undefined, "thinking is not asked for");
  rest.forEach((message, at) => {
    if (at % 2 === 0) checkAssistant(faults, message, at / 2);
    else checkResults(faults, message, (at - 1) / 2);
  });
  return faults.found;
}

export const anthropicVendor: StrictVendor = {
  format: "anthropic-messages",
  provider: "anthropic",
  model: "claude-opus-4-5",
  faultsOf,
  answer: (turn, stream): Answer =>
    stream ? { contentType: "text/event-stream", text: streamOf(turn) } : json(messageOf(turn)),
};
