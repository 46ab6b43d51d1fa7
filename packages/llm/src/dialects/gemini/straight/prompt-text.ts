import { isObject, parseJson, stringify, wordOf } from "#wire/json.ts";
import { fieldOf, repeatedOf } from "#dialects/gemini/proto.ts";

/** What a request says in words: its instructions, its contents, and its tools as they are described to the model. */
export function readPromptText(body: string): string {
  const request = parseJson(body);
  return [
    textOfContent(fieldOf(request, "systemInstruction")),
    textOfContent(fieldOf(request, "content")),
    ...repeatedOf(request, "contents").map(textOfContent),
    ...repeatedOf(request, "requests").map((entry) => textOfContent(fieldOf(entry, "content"))),
    stringify(fieldOf(request, "tools")) ?? "",
  ].join("\n");
}

function textOfContent(content: unknown): string {
  return repeatedOf(content, "parts").map(textOfPart).join("\n");
}

/** What is told, called and answered, but for media. */
function textOfPart(part: unknown): string {
  const text = fieldOf(part, "text");
  const call = fieldOf(part, "functionCall");
  const answer = fieldOf(part, "functionResponse");
  return [
    typeof text === "string" ? text : "",
    isObject(call) ? `${wordOf(call["name"])} ${stringify(call["args"] ?? {}) ?? ""}` : "",
    isObject(answer) ? `${wordOf(answer["name"])} ${stringify(answer["response"] ?? {}) ?? ""}` : "",
  ].join("");
}
