import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ollama } from "#dialects/ollama/index.ts";
import type { ChatEvent } from "#hub.ts";
import { collectEvents } from "#testing/collect-events.ts";

function decode(bytes: Buffer): ChatEvent[] {
  const decoder = ollama.upstream.createStreamDecoder();
  return [...decoder.push(bytes), ...decoder.flush()];
}

describe("streams", () => {
  const fixture = join(import.meta.dirname, "../../../../fixtures/ollama/streams/ollama.ndjson");

  it("give calls without an id one of their own, and end for their calls", () => {
    const { choices, id } = collectEvents(decode(readFileSync(fixture)));
    expect(id).toBe("");
    expect(choices).toMatchObject([
      {
        reasoning: "Look it up.",
        calls: [
          { id: "call_a1", name: "temperature", argumentsText: '{"city":"Oslo"}' },
          { id: "call_20260203091601100000001_1", name: "now", argumentsText: "{}" },
        ],
        finish: "tool_calls",
      },
    ]);
  });

  it.each([
    ["a whole answer", '{"message":{"content":"all"},"done":true}', { isEnded: true, choices: [{ text: "all" }] }],
    ["an error", '{"error":"no"}', { error: "no" }],
    ["nothing", "", { error: "The vendor's stream ended before its answer did." }],
    ["what is no JSON", "<html>\n", { error: "The vendor sent a line that is no JSON object." }],
    ["a line too few", '{"message":{"content":"all"},"done":false}\n', { isEnded: false, choices: [{ text: "all" }] }],
    ["what follows the end", '{"message":{"content":"a"},"done":true}\n{"error":"late"}\n', { error: null }],
  ])("may bring %s", (_name, text, expected) => {
    expect(collectEvents(decode(Buffer.from(text)))).toMatchObject(expected);
  });

  it("are given up where a line has no end, and held no longer than there is room for", () => {
    const decoder = ollama.upstream.createStreamDecoder();
    const chunk = Buffer.alloc(8 * 1024 * 1024, "x");
    const events = [1, 2, 3, 4, 5].flatMap(() => decoder.push(chunk));
    expect(events).toMatchObject([{ kind: "error" }]);
  });
});
