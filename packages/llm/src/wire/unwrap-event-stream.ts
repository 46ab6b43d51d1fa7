// Takes the events of a model out of Amazon's binary event stream, where each is the base64 in a message named `chunk`:
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html
// What comes out are Server-Sent Events as the model's vendor sends them itself, named by the `type` of their JSON.

import { EventStreamDecoder } from "./aws-event-stream.ts";
import type { EventMessage } from "./aws-event-stream.ts";
import { memberOf, parseJson } from "./json.ts";

/** An event, in the dialect of the stream, that tells an error; `word` is the vendor's own for it. */
export type WriteError = (message: string, word?: string) => string;

export class EventStreamUnwrapper {
  readonly #decoder = new EventStreamDecoder();
  readonly #writeError: WriteError;
  #hasFailed = false;

  constructor(writeError: WriteError) {
    this.#writeError = writeError;
  }

  push(chunk: Buffer): Buffer | null {
    return this.#write(this.#decoder.push(chunk));
  }

  flush(): Buffer | null {
    this.#decoder.flush();
    return this.#write([]);
  }

  #write(messages: readonly EventMessage[]): Buffer | null {
    let text = "";
    for (const message of messages) if (!this.#hasFailed) text += this.#writeMessage(message);
    const { fault } = this.#decoder;
    if (fault !== null && !this.#hasFailed) text += this.#fail(`The vendor's stream ${fault}.`);
    return text === "" ? null : Buffer.from(text);
  }

  #writeMessage({ headers, payload }: EventMessage): string {
    const failure = readFailure({ headers, payload });
    if (failure !== null) return this.#fail(failure.message, failure.word);
    const base64 = memberOf(parseJson(payload.toString("utf8")), "bytes");
    return typeof base64 === "string" ? writeEvent(Buffer.from(base64, "base64").toString("utf8")) : "";
  }

  #fail(message: string, word?: string): string {
    this.#hasFailed = true;
    return this.#writeError(message, word);
  }
}

function writeEvent(data: string): string {
  const type = memberOf(parseJson(data), "type");
  const name = typeof type === "string" && !/[\r\n]/.test(type) ? `event: ${type}\n` : "";
  return `${name}data: ${data.replaceAll(/\r\n|[\r\n]/g, "\ndata: ")}\n\n`;
}

/** What an exception, or an error of the stream itself, says; null for an event. */
export function readFailure({ headers, payload }: EventMessage): { message: string; word: string } | null {
  const kind = headers.get(":message-type");
  if (kind !== "exception" && kind !== "error") return null;
  const word = headers.get(":exception-type") ?? headers.get(":error-code") ?? "";
  const body = parseJson(payload.toString("utf8"));
  const told = memberOf(body, "message") ?? memberOf(body, "Message") ?? headers.get(":error-message");
  return { message: typeof told === "string" && told !== "" ? told : word || "error within the stream", word };
}
