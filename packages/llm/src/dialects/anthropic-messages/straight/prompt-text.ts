import { isObject, memberOf, parseJson, stringify, wordOf } from "#wire/json.ts";

/** What a request says in words: its system prompt, its messages, and its tools as they are described to the model. */
export function readPromptText(body: string): string {
  const request = parseJson(body);
  const messages = memberOf(request, "messages");
  const tools = memberOf(request, "tools");
  return [
    textOfContent(memberOf(request, "system")),
    ...(Array.isArray(messages) ? messages.map((message) => textOfContent(memberOf(message, "content"))) : []),
    Array.isArray(tools) ? (stringify(tools) ?? "") : "",
  ].join("\n");
}

function textOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map(textOfBlock).join("\n") : "";
}

function textOfBlock(block: unknown): string {
  const told = [memberOf(block, "text"), memberOf(block, "thinking"), textOfResult(block), textOfDocument(block)];
  const input = memberOf(block, "input");
  const call = isObject(input) ? `${wordOf(memberOf(block, "name"))} ${stringify(input) ?? ""}` : "";
  return [...told.filter((text) => typeof text === "string"), call].join("");
}

/** Results hold texts only one level deep. */
function textOfResult(block: unknown): string {
  const content = memberOf(block, "content");
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => memberOf(part, "text"))
    .filter((text) => typeof text === "string")
    .join("\n");
}

function textOfDocument(block: unknown): unknown {
  const source = memberOf(block, "source");
  return memberOf(source, "type") === "text" ? memberOf(source, "data") : "";
}
