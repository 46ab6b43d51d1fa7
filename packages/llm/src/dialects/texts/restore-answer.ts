import { editStrings } from "#wire/edit-strings.ts";
import { restoredEvents } from "./restored-events.ts";
import type { StreamTexts } from "./stream-texts.ts";
import { restored } from "./text-restorer.ts";
import type { TextRestorer } from "./text-restorer.ts";

export interface AnswerToRestore {
  readonly body: Buffer;
  readonly contentType: string;
  readonly texts: StreamTexts;
}

/** A whole answer with the texts of the request that were taken out of it; the same where it holds none of them. */
export function restoreAnswer({ body, contentType, texts }: AnswerToRestore, restorer: TextRestorer): Buffer {
  if (/^(?:audio|image|video)\//i.test(contentType)) return body;
  if (/event-stream|ndjson/i.test(contentType)) {
    const events = restoredEvents(texts, restorer);
    events.add(body);
    return events.take(true) ?? body;
  }
  const written = body.toString("utf8");
  const edit = (text: string): string | null => restored(text, restorer);
  const told = editStrings(written, { modeOf: () => "free", edit }, "free") ?? edit(written);
  return told === null || told === written ? body : Buffer.from(told);
}
