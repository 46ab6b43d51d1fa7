import { describe, expect, it } from "vitest";
import { askedAgain, curlAgain } from "./asked-again.ts";

const address = { url: "http://127.0.0.1:8080", key: "gk-..." };
const recorded = { operation: "chat.completions", requested_model: "m/x", streamed: false };

const curlOf = (dialect: string, given: Partial<typeof recorded> = {}) => {
  const again = askedAgain({ dialect, ...recorded, ...given }, "{}");
  return again && curlAgain(address, again);
};

describe("a request that is made again", () => {
  it.each([
    ["openai-chat", {}, "curl http://127.0.0.1:8080/v1/chat/completions", `"Authorization: Bearer gk-..."`],
    [
      "openai-chat",
      { operation: "embeddings" },
      "curl http://127.0.0.1:8080/v1/embeddings",
      `"Authorization: Bearer gk-..."`,
    ],
    [
      "openai-responses",
      { streamed: true },
      "curl http://127.0.0.1:8080/v1/responses",
      `"Authorization: Bearer gk-..."`,
    ],
    ["anthropic-messages", {}, "curl http://127.0.0.1:8080/v1/messages", `"x-api-key: gk-..."`],
    ["gemini", {}, "curl http://127.0.0.1:8080/v1beta/models/m%2Fx:generateContent", `"x-goog-api-key: gk-..."`],
    [
      "gemini",
      { streamed: true },
      "curl 'http://127.0.0.1:8080/v1beta/models/m%2Fx:streamGenerateContent?alt=sse'",
      `"x-goog-api-key: gk-..."`,
    ],
    ["ollama", { operation: "generate" }, "curl http://127.0.0.1:8080/api/generate", `"Authorization: Bearer gk-..."`],
  ] as const)("goes to where %s %o has gone", (dialect, given, command, header) => {
    const code = curlOf(dialect, given);
    expect(code?.split(" \\\n")[0]).toBe(command);
    expect(code).toContain(header);
  });

  it("is none where the page knows no path", () => {
    expect(curlOf("openai-chat", { operation: "audio.speech" })).toBeNull();
    expect(curlOf("of-tomorrow")).toBeNull();
  });
});
