import { expect, it } from "vitest";
import { keptText, mostTextBytes } from "./kept-text.ts";
import { withoutData } from "./without-data.ts";

const base64 = Buffer.alloc(6_000, 0xfb).toString("base64");
const most = 1_000_000;
const textOf = (text: string, mostBytes = most): string => withoutData(Buffer.from(text), mostBytes).text.toString();

it("leaves out what is data, with its size, and nothing else", () => {
  const prose = '"'.padEnd(5_000, "many words, ");
  const request = { a: prose, image: `data:image/png;base64,${base64}`, b: base64, c: base64.slice(0, 1_000), ü: "€" };
  const { text, isCut, leftOut } = withoutData(Buffer.from(JSON.stringify(request)), most);
  expect([isCut, leftOut]).toEqual([false, 2]);
  const { length } = request.image;
  expect(JSON.parse(text.toString())).toEqual({
    ...request,
    image: `[${length} bytes]`,
    b: `[${base64.length} bytes]`,
  });
});

it("keeps what stands behind a picture that is larger than all that is kept", () => {
  const body = JSON.stringify({ image: "A".repeat(5_000_000), text: "behind it" });
  expect(JSON.parse(textOf(body, 1_000))).toEqual({ image: "[5000000 bytes]", text: "behind it" });
});

it.each([1, 2, 3, 4])("is cut where a character of %i bytes ends", (bytes) => {
  const character = ["a", "é", "€", "😀"][bytes - 1] ?? "";
  for (let mostBytes = 10; mostBytes < 20; mostBytes += 1) {
    const { text, isCut } = withoutData(Buffer.from(character.repeat(20)), mostBytes);
    expect([isCut, text.length]).toEqual([true, mostBytes - (mostBytes % bytes)]);
    expect(text.toString()).not.toContain("\uFFFD");
  }
});

it("is whole where it just fits, and takes what has no quotes", () => {
  expect(withoutData(Buffer.from("abc"), 3)).toMatchObject({ isCut: false, leftOut: 0 });
  expect(withoutData(Buffer.from("abcd"), 3)).toMatchObject({ isCut: true });
  expect(textOf("")).toBe("");
  expect(textOf('"')).toBe('"');
});

it("takes a time that is linear in the text, whatever it holds", () => {
  const texts = [
    '"'.repeat(4_000_000),
    `"${"A".repeat(4_000_000)}`,
    '\\"'.repeat(2_000_000),
    `"${"A".repeat(2_047)}`.repeat(2_000),
  ];
  for (const text of texts) {
    const startedAt = performance.now();
    withoutData(Buffer.from(text), mostTextBytes);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  }
});

it("tells of a form its fields, and of files their sizes", () => {
  const form = [
    '--b\r\ncontent-disposition: form-data; name="prompt"\r\n\r\nA "sea"\r\n',
    '--b\r\ncontent-disposition: form-data; name="image"; filename="x.png"\r\n\r\n\0\0\0\r\n--b--\r\n',
  ].join("");
  const kept = keptText({ contentType: "multipart/form-data; boundary=b", body: Buffer.from(form) });
  expect(kept).toMatchObject({ contentType: "multipart/form-data", bytes: form.length, isCut: false, leftOut: 1 });
  expect(JSON.parse(Buffer.from(kept.text ?? []).toString())).toEqual([
    ["prompt", 'A "sea"'],
    ["image", "[3 bytes]"],
  ]);
});

it("tells of what is no text its size alone", () => {
  const kept = keptText({ contentType: "audio/mpeg", body: Buffer.alloc(10), bytes: 3_000 });
  expect(kept).toEqual({ contentType: "audio/mpeg", bytes: 3_000, text: null, isCut: false, leftOut: 0 });
});
