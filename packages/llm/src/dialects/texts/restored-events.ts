import { EditedEvents } from "./edited-events.ts";
import type { EventForm } from "./edited-events.ts";
import { OpenText } from "./open-text.ts";
import type { StreamTexts } from "./stream-texts.ts";
import { restored } from "./text-restorer.ts";
import type { TextRestorer } from "./text-restorer.ts";

/** Events of a stream in which what stands for texts of the request is made those texts again. */
export function restoredEvents(texts: StreamTexts, restorer: TextRestorer, form?: EventForm): EditedEvents {
  const editor = {
    openText: () => new OpenText(restorer),
    whole: { modeOf: () => "free" as const, edit: (text: string) => restored(text, restorer) },
    mode: "free" as const,
    closesLeft: false,
  };
  return new EditedEvents(texts, editor, form);
}
