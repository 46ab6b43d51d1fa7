import { finalText, picture, turns } from "../plan.ts";
import { Faults, idOf, json, listOf, pieces, plannedCalls } from "./vendor.ts";
import type { Answer, Json, StrictVendor } from "./vendor.ts";

function outputOf(turn: number): readonly Json[] {
  const planned = turns[turn];
  const message = (text: string): Json => ({
    id: `msg_${turn}`,
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text, annotations: [], logprobs: [] }],
  });
  if (planned === undefined) return [message(finalText)];
  return [
    {
      id: `rs_${turn}`,
      type: "reasoning",
      summary: [{ type: "summary_text", text: planned.thought }],
      encrypted_content: planned.seal,
    },
    ...(planned.text === "" ? [] : [message(planned.text)]),
    ...planned.calls.map(({ name, args }, at) => ({
      id: `fc_${turn}_${at}`,
      type: "function_call",
      status: "completed",
      call_id: idOf("call_", turn, at),
      name,
      arguments: JSON.stringify(args),
    })),
  ];
}

function responseOf(turn: number, status: string, output: readonly Json[]): Json {
  return {
    id: `resp_${turn}`,
    object: "response",
    created_at: 1,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: "gpt-5.2",
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage:
      status !== "completed"
        ? null
        : {
            input_tokens: 100,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: 20,
            output_tokens_details: { reasoning_tokens: 5 },
            total_tokens: 120,
          },
  };
}

type Told = readonly [type: string, fields: Json];

function told(item: Json, output_index: number): readonly Told[] {
  const at = { item_id: item["id"], output_index };
  if (item["type"] === "function_call") {
    const written = String(item["arguments"]);
    return [
      ["response.output_item.added", { output_index, item: { ...item, arguments: "", status: "in_progress" } }],
      ...pieces(written).map((delta): Told => ["response.function_call_arguments.delta", { ...at, delta }]),
      ["response.function_call_arguments.done", { ...at, arguments: written }],
      ["response.output_item.done", { output_index, item }],
    ];
  }
  if (item["type"] === "reasoning") {
    const text = String(listOf(item["summary"])[0]?.["text"]);
    const part = { ...at, summary_index: 0 };
    return [
      ["response.output_item.added", { output_index, item: { ...item, summary: [], encrypted_content: "early" } }],
      ["response.reasoning_summary_part.added", { ...part, part: { type: "summary_text", text: "" } }],
      ...pieces(text).map((delta): Told => ["response.reasoning_summary_text.delta", { ...part, delta }]),
      ["response.reasoning_summary_text.done", { ...part, text }],
      ["response.reasoning_summary_part.done", { ...part, part: { type: "summary_text", text } }],
      ["response.output_item.done", { output_index, item }],
    ];
  }
  const [content] = listOf(item["content"]);
  const text = String(content?.["text"]);
  const part = { ...at, content_index: 0 };
  return [
    ["response.output_item.added", { output_index, item: { ...item, content: [], status: "in_progress" } }],
    ["response.content_part.added", { ...part, part: { ...content, text: "" } }],
    ...pieces(text).map((delta): Told => ["response.output_text.delta", { ...part, delta, logprobs: [] }]),
    ["response.output_text.done", { ...part, text, logprobs: [] }],
    ["response.content_part.done", { ...part, part: content }],
    ["response.output_item.done", { output_index, item }],
  ];
}

function streamOf(turn: number): string {
  const output = outputOf(turn);
  const events: readonly Told[] = [
    ["response.created", { response: responseOf(turn, "in_progress", []) }],
    ["response.in_progress", { response: responseOf(turn, "in_progress", []) }],
    ...output.flatMap(told),
    ["response.completed", { response: responseOf(turn, "completed", output) }],
  ];
  return events
    .map(([type, fields], sequence_number) => {
      return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`;
    })
    .join("");
}

function checkTurn(faults: Faults, items: readonly Json[], turn: number): void {
  const planned = turns[turn];
  const [thought] = items.filter(({ type }) => type === "reasoning");
  faults.same(thought?.["encrypted_content"], planned?.seal, `turn ${turn}: encrypted content before the calls`);
  faults.same(items[0], thought, `turn ${turn}: the reasoning must come first; item`);
  const texts = items
    .filter(({ role }) => role === "assistant")
    .flatMap(({ content }) => (typeof content === "string" ? [content] : listOf(content).map(({ text }) => text)));
  faults.same(texts.join(""), planned?.text, `turn ${turn}: the text`);
  const calls = items.filter(({ type }) => type === "function_call");
  faults.same(
    calls.map(({ call_id, name, arguments: text }) => ({ call_id, name, args: JSON.parse(String(text)) as unknown })),
    plannedCalls(turn).map(({ name, args }, at) => ({ call_id: idOf("call_", turn, at), name, args })),
    `turn ${turn}: the calls`,
  );
  const results = items.filter(({ type }) => type === "function_call_output");
  faults.same(
    results.map(({ call_id, output }) => ({
      call_id,
      text:
        typeof output === "string"
          ? output
          : listOf(output)
              .map(({ text }) => text)
              .join(""),
    })),
    plannedCalls(turn).map(({ result }, at) => ({ call_id: idOf("call_", turn, at), text: result })),
    `turn ${turn}: the results`,
  );
}

function faultsOf(body: Json, turn: number): readonly string[] {
  const faults = new Faults();
  const input = listOf(body["input"]).filter(({ role }) => role !== "system" && role !== "developer");
  const first = input.findIndex(({ role }) => role === "user");
  const image = listOf(input[first]?.["content"]).find(({ type }) => type === "input_image");
  faults.same(image?.["image_url"], `data:image/png;base64,${picture}`, "the image");
  faults.must(JSON.stringify(body).includes("look things up"), "the system prompt is missing");
  faults.same(
    listOf(body["tools"]).map(({ name }) => name),
    ["weather", "clock"],
    "the tools",
  );
  faults.must(body["store"] === false, "nothing may be stored");
  faults.must(
    listOf(body["include"]).some((name) => String(name) === "reasoning.encrypted_content"),
    "encrypted reasoning is not asked for",
  );
  let rest = input.slice(first + 1);
  for (let at = 0; at < turn; at += 1) {
    const end =
      rest.findLastIndex(({ call_id: id, type }) => type === "function_call_output" && id === idOf("call_", at, 1)) + 1;
    checkTurn(faults, rest.slice(0, end), at);
    rest = rest.slice(end);
  }
  faults.same(rest, [], "what is left of the input");
  return faults.found;
}

export const openaiResponsesVendor: StrictVendor = {
  format: "openai-responses",
  provider: "openai",
  model: "gpt-5.2",
  faultsOf,
  answer: (turn, stream): Answer =>
    stream
      ? { contentType: "text/event-stream", text: streamOf(turn) }
      : json(responseOf(turn, "completed", outputOf(turn))),
};
