import { memberOf, parseJson, stringify } from "#wire/json.ts";

/** What a request says in words: its instructions, its items, and its tools as they are described to the model. */
export function readPromptText(body: string): string {
  const request = parseJson(body);
  const input = memberOf(request, "input");
  const tools = memberOf(request, "tools");
  return [
    textOf(memberOf(request, "instructions")),
    ...(Array.isArray(input) ? input.map(textOfItem) : [textOf(input)]),
    Array.isArray(tools) ? (stringify(tools) ?? "") : "",
  ].join("\n");
}

/** Of messages, thoughts, calls and what they answered. */
const fields = ["content", "summary", "name", "arguments", "input", "output"] as const;

function textOfItem(item: unknown): string {
  return fields.map((field) => textOfContent(memberOf(item, field))).join("");
}

function textOfContent(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => textOf(memberOf(part, "text"))).join("\n");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
