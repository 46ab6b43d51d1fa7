import { isObject, memberOf, parseJson, stringify } from "#wire/json.ts";

/** What a request says in words: its system prompt, its messages or prompt, and its tools as they are described to the model. */
export function readPromptText(body: string): string {
  const request = parseJson(body);
  const messages = memberOf(request, "messages");
  const tools = memberOf(request, "tools");
  return [
    ...["system", "prompt", "suffix", "input"].map((field) => textOf(memberOf(request, field))),
    ...(Array.isArray(messages) ? messages.map(textOfMessage) : []),
    Array.isArray(tools) ? (stringify(tools) ?? "") : "",
  ].join("\n");
}

function textOfMessage(message: unknown): string {
  const calls = memberOf(message, "tool_calls");
  const texts = ["thinking", "content"].map((field) => textOf(memberOf(message, field)));
  return texts.join("") + (Array.isArray(calls) ? (stringify(calls.filter(isObject)) ?? "") : "");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((item) => typeof item === "string").join("\n") : "";
}
