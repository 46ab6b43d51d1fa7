import { encodeEventMessage } from "@ghostllm/fake-upstream";

interface Message {
  readonly event?: string;
  readonly exception?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A stream of Amazon's, which a fixture has as one message a line. */
export function frameMessages(text: string): Buffer {
  const lines = text.trim().split("\n");
  return Buffer.concat(
    lines.map((line) => {
      const { event, exception = "", payload } = JSON.parse(line) as Message;
      return encodeEventMessage(event ?? exception, payload, event === undefined ? "exception" : "event");
    }),
  );
}
