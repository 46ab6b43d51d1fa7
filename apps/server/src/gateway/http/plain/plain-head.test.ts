import { describe, expect, it } from "vitest";
import { chanceFrom } from "../../../../../../packages/llm/src/testing/random.ts";
import { compareRequests } from "../../../../tests/plain-support/compare-requests.ts";
import { notPlain, plain } from "../../../../tests/plain-support/request-cases.ts";
import { mutateAnswer } from "../../../../tests/upstream-support/mutate-answer.ts";
import { readPlainHead } from "./plain-head.ts";

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

it("tells method, URL, headers, and where the body begins and ends", () => {
  const head = "POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: g\r\nX-Api-Key: \t gk-1 \r\nContent-Length: 7\r\n\r\n";
  expect(readPlainHead(bytesOf(`${head}{"a":1}`))).toEqual({
    method: "POST",
    url: "/v1/chat/completions?a=b",
    headers: { host: "g", "x-api-key": "gk-1", "content-length": "7" },
    headBytes: head.length,
    bodyBytes: 7,
  });
});

describe("plain, and the same for Node's parser", () => {
  it.each(Object.entries(plain))("%s", (_name, text) => {
    expect(readPlainHead(bytesOf(text))).not.toBeNull();
    expect(compareRequests(bytesOf(text))).toBeNull();
  });
});

describe("not plain", () => {
  it.each(Object.entries(notPlain))("%s", (_name, text) => {
    expect(readPlainHead(bytesOf(text))).toBeNull();
  });

  it.each(Object.entries(plain))("less than its head: %s", (_name, text) => {
    const end = text.indexOf("\r\n\r\n") + 4;
    for (let bytes = 0; bytes < end; bytes += 1) expect(readPlainHead(bytesOf(text).subarray(0, bytes))).toBeNull();
  });
});

/** `npm run fuzz -- --target "wire plain requests"` makes as many more as one likes. */
it("whatever is plain among 6,000 requests with changes made by chance, Node's parser reads the same", () => {
  const seeds = Object.values({ ...plain, ...notPlain })
    .filter((text) => text.length < 1_000)
    .map(bytesOf);
  let plains = 0;
  for (let seed = 1; seed <= 6_000; seed += 1) {
    const bytes = mutateAnswer(seeds, chanceFrom(seed));
    const difference = compareRequests(bytes);
    if (difference !== null) expect({ seed, text: bytes.toString("latin1"), difference }).toBeNull();
    if (readPlainHead(bytes) !== null) plains += 1;
  }
  // Chance that breaks everything would show nothing.
  expect(plains).toBeGreaterThan(300);
});
