// Texts of a request on its spans, where its key's policy has them stored and operators have them traced as well.

import type { RequestTrace } from "./request-trace.ts";
import type { Attributes } from "./span.ts";

const eventStream = /^(?:text\/event-stream|application\/(?:x-ndjson|vnd\.amazon\.eventstream))/i;

/** By OpenInference's names, which Langfuse and Phoenix both read: the request as it is, and of the answer its words. */
export function addTexts(attributes: Attributes, { texts, textCharacters }: RequestTrace): void {
  const request = texts?.request?.text ?? null;
  if (texts === null) return;
  if (request !== null) {
    attributes.text("input.value", cut(textOf(request), textCharacters));
    attributes.text("input.mime_type", texts.request?.contentType.split(";")[0]?.trim());
  }
  const { answer } = texts;
  if (answer === null || answer.text === null) return;
  const whole = textOf(answer.text);
  const words = texts.readAnswer(whole, eventStream.test(answer.contentType));
  attributes.text("output.value", cut(words === "" ? whole : words, textCharacters));
  attributes.text("output.mime_type", words === "" ? answer.contentType.split(";")[0]?.trim() : "text/plain");
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Not within a character of two halves. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}
