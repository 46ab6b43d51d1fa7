import { memberOf, parseJson, stringify } from "#wire/json.ts";

/** What a request says in words: the texts of its messages or prompts, and its tools as they are described to the model. */
export function readPromptText(body: string): string {
  const request = parseJson(body);
  const messages = memberOf(request, "messages");
  const tools = memberOf(request, "tools");
  return [
    ...(Array.isArray(messages) ? messages.map(textOfMessage) : []),
    ...[memberOf(request, "prompt"), memberOf(request, "input")].map(textOfInput),
    Array.isArray(tools) ? (stringify(tools) ?? "") : "",
  ].join("\n");
}

function textOfMessage(message: unknown): string {
  const content = memberOf(message, "content");
  const calls = memberOf(message, "tool_calls");
  const parts = Array.isArray(content)
    ? content.map((part) => textOfInput(memberOf(part, "text"))).join("\n")
    : content;
  return textOfInput(parts) + (Array.isArray(calls) ? (stringify(calls) ?? "") : "");
}

function textOfInput(input: unknown): string {
  if (typeof input === "string") return input;
  return Array.isArray(input) ? input.filter((item) => typeof item === "string").join("\n") : "";
}
