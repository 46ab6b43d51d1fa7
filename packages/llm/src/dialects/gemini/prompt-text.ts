import { isObject, parseJson } from "#wire/json.ts";
import { fieldOf } from "./proto.ts";
import { stringify } from "./tool-calls.ts";

/** What a request says in words: its instructions, its contents, and its tools as they are described to the model. */
export function readPromptText(body: string): string {
  const request = parseJson(body);
  const contents = fieldOf(request, "contents");
  const requests = fieldOf(request, "requests");
  const tools = fieldOf(request, "tools");
  return [
    textOfContent(fieldOf(request, "systemInstruction")),
    textOfContent(fieldOf(request, "content")),
    ...(Array.isArray(contents) ? contents.map(textOfContent) : []),
    ...(Array.isArray(requests) ? requests.map((entry) => textOfContent(fieldOf(entry, "content"))) : []),
    Array.isArray(tools) ? (stringify(tools) ?? "") : "",
  ].join("\n");
}

function textOfContent(content: unknown): string {
  const parts = fieldOf(content, "parts");
  return Array.isArray(parts) ? parts.map(textOfPart).join("\n") : "";
}

/** What is told, called and answered, but for media. */
function textOfPart(part: unknown): string {
  const text = fieldOf(part, "text");
  const call = fieldOf(part, "functionCall");
  const answer = fieldOf(part, "functionResponse");
  return [
    typeof text === "string" ? text : "",
    isObject(call) ? `${String(call["name"])} ${stringify(call["args"] ?? {})}` : "",
    isObject(answer) ? `${String(answer["name"])} ${stringify(answer["response"] ?? {})}` : "",
  ].join("");
}
