import { finalText, picture, turns } from "../plan.ts";
import { Faults, idOf, json, listOf, pieces, plannedCalls } from "./vendor.ts";
import type { Answer, Json, StrictVendor } from "./vendor.ts";

const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

function toolCalls(turn: number): readonly Json[] {
  return plannedCalls(turn).map(({ name, args }, at) => ({
    id: idOf("call_", turn, at),
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
}

function textOf(turn: number): string {
  return turns[turn]?.text ?? finalText;
}

function completionOf(turn: number): Json {
  const calls = toolCalls(turn);
  const message = {
    role: "assistant",
    content: textOf(turn) || null,
    reasoning_content: turns[turn]?.thought,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const choice = { index: 0, message, finish_reason: calls.length > 0 ? "tool_calls" : "stop" };
  return { id: `chatcmpl-${turn}`, object: "chat.completion", created: 1, model: "m", choices: [choice], usage };
}

function chunk(turn: number, delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: `chatcmpl-${turn}`, object: "chat.completion.chunk", created: 1, model: "m", choices })}\n\n`;
}

/** The pieces of two calls come mixed, as from vendors that write them at once. */
function streamOf(turn: number): string {
  const calls = toolCalls(turn);
  const begun = calls.map((call, index) => ({
    ...call,
    index,
    function: { name: plannedCalls(turn)[index]?.name, arguments: "" },
  }));
  const written = calls.flatMap((_call, index) =>
    pieces(JSON.stringify(plannedCalls(turn)[index]?.args)).map((text) => ({ index, function: { arguments: text } })),
  );
  const usageChunk = {
    id: `chatcmpl-${turn}`,
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [],
    usage,
  };
  return [
    chunk(turn, { role: "assistant", content: "" }),
    ...pieces(turns[turn]?.thought ?? "").map((text) => chunk(turn, { reasoning_content: text })),
    ...pieces(textOf(turn)).map((text) => chunk(turn, { content: text })),
    ...begun.map((call) => chunk(turn, { tool_calls: [call] })),
    ...written.map((piece) => chunk(turn, { tool_calls: [piece] })),
    chunk(turn, {}, calls.length > 0 ? "tool_calls" : "stop"),
    `data: ${JSON.stringify(usageChunk)}\n\n`,
    "data: [DONE]\n\n",
  ].join("");
}

function plain(content: unknown): string {
  return typeof content === "string"
    ? content
    : listOf(content)
        .map(({ text }) => text)
        .join("");
}

function expectedRoles(turn: number): readonly string[] {
  const loop = Array.from({ length: turn }, () => ["assistant", "tool", "tool"]).flat();
  return ["system", "user", ...loop];
}

function faultsOf(body: Json, turn: number): readonly string[] {
  const faults = new Faults();
  const messages = listOf(body["messages"]);
  const roles = messages.map(({ role }) => (role === "developer" ? "system" : role));
  faults.same(roles, expectedRoles(turn), "the order of roles");
  const parts = listOf(messages[1]?.["content"]);
  const image = parts.find(({ type }) => type === "image_url")?.["image_url"] as Json | undefined;
  faults.same(image?.["url"], `data:image/png;base64,${picture}`, "the image");
  faults.same(
    listOf(body["tools"]).map((tool) => (tool["function"] as Json)["name"]),
    ["weather", "clock"],
    "the tools",
  );
  for (let at = 0; at < turn; at += 1) {
    const [assistant, ...results] = messages.slice(2 + 3 * at, 5 + 3 * at);
    faults.same(
      listOf(assistant?.["tool_calls"]).map(({ id }) => id),
      toolCalls(at).map(({ id }) => id),
      `turn ${at}: the ids`,
    );
    const written = listOf(assistant?.["tool_calls"]).map(
      (call) => JSON.parse(String((call["function"] as Json)["arguments"])) as unknown,
    );
    faults.same(
      written,
      plannedCalls(at).map(({ args }) => args),
      `turn ${at}: the arguments`,
    );
    faults.same(plain(assistant?.["content"] ?? ""), turns[at]?.text, `turn ${at}: the text`);
    const told = results.map(({ tool_call_id: id, content }) => ({ id, text: plain(content) }));
    const expected = plannedCalls(at).map(({ result }, position) => ({
      id: idOf("call_", at, position),
      text: result,
    }));
    faults.same(told, expected, `turn ${at}: the results`);
  }
  return faults.found;
}

export const openaiChatVendor: StrictVendor = {
  format: "openai-chat",
  provider: "openai",
  model: "gpt-5.2",
  faultsOf,
  answer: (turn, stream): Answer =>
    stream ? { contentType: "text/event-stream", text: streamOf(turn) } : json(completionOf(turn)),
};
