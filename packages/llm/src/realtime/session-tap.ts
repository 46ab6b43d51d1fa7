// Watches the messages of a session in real time on their way from the vendor, all of which pass as they are.

import type { GhostError } from "@ghostllm/contract";
import { encodeError } from "#dialects/openai/openai-error.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import type { Usage } from "#usage.ts";
import { isObject } from "#wire/json.ts";
import { encodeFrame, framesIn, sessionContentType } from "./frames.ts";
import type { Frame } from "./frames.ts";
import { SessionUse } from "./session-use.ts";

/** Of messages that are read; all others are pieces of sound and text, which are many. */
const signs = ["response.created", "response.done", "session.created", "session.updated", "_transcription.completed"];
const soundSign = "audio.delta";

export class SessionTap implements StreamTap {
  readonly isEventStream = false;
  readonly contentType = sessionContentType;
  readonly ended = false;
  readonly failure = null;
  readonly hasTold = true;
  isWhole = false;
  readonly session = new SessionUse();

  get usage(): Usage {
    return this.session.usage;
  }

  push(chunk: Buffer): Buffer {
    for (const frame of framesIn(chunk)) if (frame.isText) this.#look(frame);
    return chunk;
  }

  /** Its vendor has ended it, which is well where nothing is under way. */
  flush(): null {
    this.isWhole = this.session.running === 0;
    return null;
  }

  fail(error: GhostError): Buffer {
    const told: unknown = JSON.parse(encodeError(error));
    const event = { type: "error", event_id: "", ...(isObject(told) ? told : {}) };
    return encodeFrame({ isText: true, data: Buffer.from(JSON.stringify(event)) });
  }

  #look({ data }: Frame): void {
    if (signs.some((sign) => data.includes(sign))) this.#read(data);
    else if (this.session.running > 0) this.session.piece(data.includes(soundSign), data.length);
  }

  #read(data: Buffer): void {
    try {
      const event: unknown = JSON.parse(data.toString("utf8"));
      if (isObject(event)) this.session.read(event);
    } catch {
      // What cannot be read is the client's to judge.
    }
  }
}
