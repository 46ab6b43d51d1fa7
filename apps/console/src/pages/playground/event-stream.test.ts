import { describe, expect, it } from "vitest";
import { EventReader, readEvents } from "./event-stream.ts";

const stream =
  'data: {"a":"ü"}\r\n\r\n: comment\n\nevent: error\ndata:two\ndata: lines\n\ndata: [DONE]\n\ndata: unfinished';
const events = ['{"a":"ü"}', "two\nlines", "[DONE]"];

function inPieces(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
}

describe("an event stream", () => {
  it.each([1, 2, 3, 7, 1000])("is the same in pieces of %i characters", (size) => {
    const reader = new EventReader();
    expect(inPieces(stream, size).flatMap((piece) => reader.read(piece))).toEqual(events);
  });

  it("is read byte by byte, with characters of several of them", async () => {
    const bytes = new TextEncoder().encode(stream);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const read: string[] = [];
    await readEvents(body, (whole) => read.push(...whole));
    expect(read).toEqual(events);
  });

  it("is read no further when an event makes no sense", async () => {
    let isLeft = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("data: nonsense\n\n")),
      cancel: () => void (isLeft = true),
    });
    await expect(readEvents(body, ([data = ""]) => void JSON.parse(data))).rejects.toThrow(SyntaxError);
    expect(isLeft).toBe(true);
  });
});
