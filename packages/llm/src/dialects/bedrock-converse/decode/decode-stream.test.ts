import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEventMessage } from "@ghostllm/fake-upstream";
import { expect, it } from "vitest";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";
import { frameMessages } from "#testing/frame-messages.ts";
import { ConverseStreamDecoder } from "./decode-stream.ts";

const fixture = join(import.meta.dirname, "../../../../fixtures/bedrock-converse/streams/cut.jsonl");

function decode(bytes: Buffer): readonly ChatEvent[] {
  const decoder = new ConverseStreamDecoder();
  return [...decoder.push(bytes), ...decoder.flush()];
}

it("a frame that is broken, cut off, or no JSON is a failure", () => {
  const bytes = frameMessages(readFileSync(fixture, "utf8"));
  const broken = Buffer.from(bytes);
  broken[200] = (broken[200] ?? 0) ^ 1;
  expect(collectEvents(decode(broken)).error).toMatch(/checksum/);
  expect(collectEvents(decode(bytes.subarray(0, -3))).error).toMatch(/ends within a message/);
  expect(collectEvents(decode(encodeEventMessage("messageStop", "x" as never))).error).toMatch(/no JSON object/);
  expect(collectEvents(decode(Buffer.from("<html><head></head></html>"))).error).toMatch(/checksum/);
  expect(collectEvents(decode(Buffer.alloc(0))).error).not.toBeNull();
});
