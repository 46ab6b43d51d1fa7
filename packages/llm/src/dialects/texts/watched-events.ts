import { modeUnder } from "./request-texts.ts";
import type { DialectTexts } from "./dialect-texts.ts";
import { EditedEvents } from "./edited-events.ts";
import type { EventForm } from "./edited-events.ts";
import { watched, WatchedText } from "./watched-text.ts";
import type { TextWatch } from "./watched-text.ts";

/** Events of a stream, whose texts somebody watches; the words of the protocol in them are not looked at. */
export function watchedEvents({ stream, answer }: DialectTexts, watch: TextWatch, form?: EventForm): EditedEvents {
  const editor = {
    openText: () => new WatchedText(watch),
    whole: {
      modeOf: (name: string, json: string, at: number) => modeUnder(answer, name, json, at),
      edit: (text: string) => watched(text, watch),
      editName: () => null,
    },
    mode: "structure" as const,
    closesLeft: true,
  };
  return new EditedEvents(stream, editor, form);
}
