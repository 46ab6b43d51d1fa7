import { describe, expect, it } from "vitest";
import { EventIds } from "./event-ids.ts";

const id = "0193a5a0-0000-7000-8000-000000000000";

function told(text: string, pieceBytes: number, bytes = 0): string {
  const ids = new EventIds({ id, bytes });
  const all = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; at += pieceBytes) pieces.push(ids.push(all.subarray(at, at + pieceBytes)));
  return Buffer.concat(pieces).toString();
}

const plain = 'data: {"a":"ü"}\n\nevent: b\ndata: 1\ndata: 2\n\n';
const comments = `: hello\n\n${plain}: ping\n\n: ping\n\ndata: [DONE]\n\n`;

describe("ids of events", () => {
  it("are the last line of each, and say how many bytes are told with it", () => {
    expect(told(plain, 1_000)).toBe(`data: {"a":"ü"}\nid: ${id}:18\n\nevent: b\ndata: 1\ndata: 2\nid: ${id}:44\n\n`);
  });

  it("go into lines that end as in other systems, too", () => {
    expect(told("data: 1\r\n\r\ndata: 2\r\n\r\n", 1_000)).toBe(
      `data: 1\r\nid: ${id}:11\n\r\ndata: 2\r\nid: ${id}:22\n\r\n`,
    );
  });

  it("are not put between comments, which lose the empty line behind them", () => {
    expect(told(": a\n\n: b\n\ndata: 1\n\n", 1_000)).toBe(`: a\n: b\ndata: 1\nid: ${id}:19\n\n`);
  });

  it.each([plain, comments, plain.replaceAll("\n", "\r\n"), comments.replaceAll("\n", "\r\n"), "data: open"])(
    "are the same however the bytes come: %j",
    (text) => {
      const whole = told(text, 1_000);
      for (let bytes = 1; bytes < 20; bytes += 1) expect(told(text, bytes)).toBe(whole);
    },
  );

  it("are the same where a stream is told again from an event on", () => {
    const whole = told(comments, 1_000);
    for (const { 0: line, 1: place, index } of whole.matchAll(/^id: .*:(\d+)\n\n/gm)) {
      const rest = Buffer.from(comments).subarray(Number(place)).toString();
      expect(told(rest, 7, Number(place))).toBe(whole.slice(index + line.length));
    }
  });
});
