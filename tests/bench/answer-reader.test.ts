import { expect, test } from "vitest";
import { AnswerReader } from "./answer-reader.ts";

const plain = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
const chunked = "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n";
const empty = "HTTP/1.1 429 Too Many\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

function read(text: string, size: number) {
  let body = "";
  const reader = new AnswerReader((bytes) => (body += bytes.toString("latin1")));
  const completions: number[] = [];
  for (let at = 0; at < text.length; at += size) {
    if (reader.feed(Buffer.from(text.slice(at, at + size)))) completions.push(at);
  }
  return { body, status: reader.status, closing: reader.closing, completions };
}

test.each([1, 2, 3, 7, 1000])("reads answers in pieces of %i bytes, and is complete with the last", (size) => {
  const last = (text: string): number[] => [Math.floor((text.length - 1) / size) * size];
  expect(read(plain, size)).toEqual({ body: "hello", status: 200, closing: false, completions: last(plain) });
  expect(read(chunked, size)).toEqual({ body: "hello!", status: 201, closing: false, completions: last(chunked) });
  expect(read(empty, size)).toEqual({ body: "", status: 429, closing: true, completions: last(empty) });
});

test("one reader serves one answer after the other", () => {
  let body = "";
  const reader = new AnswerReader((bytes) => (body += bytes.toString("latin1")));
  for (const answer of [plain, chunked, empty, plain]) expect(reader.feed(Buffer.from(answer))).toBe(true);
  expect(body).toBe("hellohello!hello");
});
