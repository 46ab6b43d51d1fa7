// What a client gets of a recorded stream of events: its bytes, the empty line that the recorder left out behind the last
// event, and up to the first error only, which then ends the stream.

import { expect } from "vitest";

export interface ExpectedStream {
  readonly text: string;
  /** The JSON of the vendor's error. */
  readonly error: string | null;
}

function errorIn(frame: string): string | null {
  const data = /^data: ?(.*)$/m.exec(frame)?.[1] ?? "";
  if (!data.includes('"error"')) return null;
  try {
    const event = JSON.parse(data) as { type?: string; error?: unknown };
    return event.error || event.type === "error" ? data : null;
  } catch {
    // Some recordings are broken.
    return null;
  }
}

/** `mark` is what ends a stream of the dialect. */
export function expectedStream(text: string, mark = ""): ExpectedStream {
  const frames = text.split(/(?<=\n\r?\n)/);
  const failed = frames.findIndex((frame) => errorIn(frame) !== null);
  if (failed >= 0) return { text: frames.slice(0, failed).join(""), error: errorIn(frames[failed] ?? "") };
  const closed = /\n\r?\n$/.test(text) ? text : `${text}${text.endsWith("\n") ? "\n" : "\n\n"}`;
  return { text: mark === "" || closed.includes(mark.trim()) ? closed : closed + mark, error: null };
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly isCut: boolean;
}

/** An error that came before anything was told is one of HTTP. */
export function expectStream({ status, text, isCut }: Answered, expected: ExpectedStream, id: string): void {
  if (expected.error === null) {
    expect(text, id).toBe(expected.text);
    expect([status, isCut], id).toEqual([200, false]);
    return;
  }
  const message = /"message": ?("(?:[^"\\]|\\.)+")/.exec(expected.error)?.[1];
  expect(text, id).toContain(message);
  if (status !== 200) return expect(status, id).toBeGreaterThanOrEqual(400);
  expect(text.startsWith(expected.text), id).toBe(true);
  expect(isCut, id).toBe(true);
}
