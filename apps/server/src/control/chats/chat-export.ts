// A saved chat as a text, message by message as they are opened: lines of JSON with what programs want, or Markdown for people.

import type { ApiChat, ApiMessage, ExportedMessage } from "./told-chats.ts";

export async function* asLines(chat: ApiChat, messages: AsyncIterable<ExportedMessage>): AsyncGenerator<string> {
  yield `${JSON.stringify({ kind: "chat_session", data: chat })}\n`;
  for await (const { told, written } of messages) {
    const { media, ...rest } = told;
    // Its data is in what was written.
    const attached = media.map(({ kind, url }) => ({ kind, url: url?.startsWith("data:") === true ? null : url }));
    const data = JSON.stringify({ ...rest, media: attached });
    yield `{"kind":"chat_message","data":${data.slice(0, -1)},"content":${written}}}\n`;
  }
}

export async function* asMarkdown(chat: ApiChat, messages: AsyncIterable<ExportedMessage>): AsyncGenerator<string> {
  const title = chat.title.replace(/\s+/g, " ").replace(/([\\`*_[\]<>#])/g, "\\$1");
  yield `# ${title}\n\n${chat.model}, ${chat.created_at}, session ${chat.id}\n`;
  for await (const { told } of messages) yield `\n## ${headOf(told)}\n\n${bodyOf(told)}\n`;
}

function headOf({ role: by, state, created_at: at }: ApiMessage): string {
  return `${by[0]?.toUpperCase() ?? ""}${by.slice(1)}${state === "cut" ? " (cut)" : ""}, ${at}`;
}

function bodyOf({ text, tool_calls: calls, tool_results: results, media }: ApiMessage): string {
  const parts = [
    ...(text === "" ? [] : [text]),
    ...media.map(({ kind, url }) => (url === null || url.startsWith("data:") ? `[${kind}]` : `[${kind}](<${url}>)`)),
    ...calls.map(({ name, arguments: given }) => `Calls \`${name}\`:\n\n${fenced(given)}`),
    ...results.map(({ text: result }) => `Result:\n\n${fenced(result)}`),
  ];
  return parts.join("\n\n");
}

/** Whatever is in it does not end it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
