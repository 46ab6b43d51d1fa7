import { finalText, picture, turns } from "../plan.ts";
import { Faults, idOf, json, listOf, pieces, plannedCalls } from "./vendor.ts";
import type { Answer, Json, StrictVendor } from "./vendor.ts";

const counts = {
  total_duration: 1,
  load_duration: 1,
  prompt_eval_count: 100,
  prompt_eval_duration: 1,
  eval_count: 20,
  eval_duration: 1,
};
const head = { model: "qwen3", created_at: "2026-01-02T03:04:05.678Z" };

function callsOf(turn: number): readonly Json[] {
  return plannedCalls(turn).map(({ name, args }, index) => ({
    id: idOf("call_", turn, index),
    function: { index, name, arguments: args },
  }));
}

function answerOf(turn: number): Json {
  const calls = callsOf(turn);
  const planned = turns[turn];
  const message = {
    role: "assistant",
    content: planned?.text ?? finalText,
    ...(planned && { thinking: planned.thought }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return { ...head, message, done: true, done_reason: "stop", ...counts };
}

function streamOf(turn: number): string {
  const planned = turns[turn];
  const messages: readonly Json[] = [
    ...pieces(planned?.thought ?? "").map((thinking) => ({ role: "assistant", content: "", thinking })),
    ...pieces(planned?.text ?? finalText).map((content) => ({ role: "assistant", content })),
    ...callsOf(turn).map((call) => ({ role: "assistant", content: "", tool_calls: [call] })),
  ];
  const lines: readonly Json[] = [
    ...messages.map((message) => ({ ...head, message, done: false })),
    { ...head, message: { role: "assistant", content: "" }, done: true, done_reason: "stop", ...counts },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function faultsOf(body: Json, turn: number): readonly string[] {
  const faults = new Faults();
  const messages = listOf(body["messages"]);
  const loop = Array.from({ length: turn }, () => ["assistant", "tool", "tool"]).flat();
  faults.same(
    messages.map(({ role }) => role),
    ["system", "user", ...loop],
    "the order of roles",
  );
  faults.same(messages[1]?.["images"], [picture], "the image");
  faults.same(
    listOf(body["tools"]).map((tool) => (tool["function"] as Json)["name"]),
    ["weather", "clock"],
    "the tools",
  );
  faults.must(Boolean(body["think"]), "thinking is not asked for");
  for (let at = 0; at < turn; at += 1) {
    const [assistant, ...results] = messages.slice(2 + 3 * at, 5 + 3 * at);
    const calls = listOf(assistant?.["tool_calls"]).map((call) => call["function"] as Json);
    faults.same(
      calls.map(({ name, arguments: args }) => ({ name, args })),
      plannedCalls(at).map(({ name, args }) => ({ name, args })),
      `turn ${at}: the calls`,
    );
    faults.same(assistant?.["content"] ?? "", turns[at]?.text, `turn ${at}: the text`);
    faults.same(
      results.map(({ tool_name: name, content }) => ({ name, content })),
      plannedCalls(at).map(({ name, result }) => ({ name, content: result })),
      `turn ${at}: the results`,
    );
  }
  return faults.found;
}

export const ollamaVendor: StrictVendor = {
  format: "ollama",
  provider: "ollama",
  model: "qwen3",
  faultsOf,
  answer: (turn, stream): Answer =>
    stream ? { contentType: "application/x-ndjson", text: streamOf(turn) } : json(answerOf(turn)),
};
