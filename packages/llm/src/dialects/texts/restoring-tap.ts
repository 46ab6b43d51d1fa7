import type { GhostError } from "@ghostllm/contract";
import { OuterTap } from "#dialects/streams/outer-tap.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import type { EditedEvents } from "./edited-events.ts";
import { restoredEvents } from "./restored-events.ts";
import type { StreamTexts } from "./stream-texts.ts";
import type { TextRestorer } from "./text-restorer.ts";

/** Behind the tap of a stream: its events are told with the texts of the request that were taken out of it. */
export class RestoringTap extends OuterTap {
  readonly #events: EditedEvents;

  constructor(tap: StreamTap, texts: StreamTexts, restorer: TextRestorer) {
    super(tap);
    this.#events = restoredEvents(texts, restorer, tap.isEventStream ? texts.form : "list");
  }

  override push(chunk: Buffer): Buffer | null {
    const frames = super.push(chunk);
    if (frames !== null) this.#events.add(frames);
    return this.#events.take(this.ended || this.failure !== null);
  }

  override flush(isCut = false): Buffer | null {
    const rest = super.flush(isCut);
    if (rest !== null) this.#events.add(rest);
    return this.#events.take(true);
  }

  override fail(error: GhostError): Buffer | null {
    const parts = [this.#events.take(true), super.fail(error)].filter((part) => part !== null);
    return parts.length === 0 ? null : Buffer.concat(parts);
  }
}
