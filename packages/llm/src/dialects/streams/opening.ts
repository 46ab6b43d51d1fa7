// The beginning of a stream, up to the first event that tells a client something: envelopes, pings and empty pieces do not.
// Until it is over the client need not notice that a vendor failed, and another one can be asked.

import type { ChatEvent } from "#hub.ts";
import { eachFrame, frameData } from "#wire/frames.ts";
import type { StreamDecoder } from "./stream-codec.ts";

export interface Opening {
  /** Is the opening over with these frames? Not asked again when it is. */
  push(frames: Buffer): boolean;
}

const silentKinds: ReadonlySet<ChatEvent["kind"]> = new Set([
  "start",
  "usage",
  "service_tier",
  "extras",
  "end",
  "error",
]);

export function tellsSomething(event: ChatEvent): boolean {
  if (event.kind === "text" || event.kind === "reasoning" || event.kind === "refusal") return event.text !== "";
  return !silentKinds.has(event.kind);
}

/** Of streams whose every event tells something. */
export const noOpening: Opening = { push: () => true };

/** Reads with a decoder of its own, which nobody reads on with. What it cannot read is the client's to judge. */
export function decodedOpening(createDecoder: () => StreamDecoder): Opening {
  const decoder = createDecoder();
  return { push: (frames) => decoder.push(frames).some((event) => event.kind === "error" || tellsSomething(event)) };
}

/** Of a dialect in which a look at the data is enough. */
export function openingOf(tells: (data: string) => boolean): Opening {
  return {
    push(frames) {
      for (const frame of eachFrame(frames)) if (tells(frameData(frame.toString("utf8")))) return true;
      return false;
    },
  };
}
