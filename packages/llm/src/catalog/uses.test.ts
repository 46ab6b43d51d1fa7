import { describe, expect, it } from "vitest";
import { useOf } from "./uses.ts";

describe("what a model is for, by its name", () => {
  it.each([
    [
      "chat",
      "gpt-4o-mini claude-sonnet-4-5 gemini-2.5-flash llama3.2:3b mistral-large-latest thinkingmachines/inkling qwen3-coder gpt-oss-120b",
    ],
    [
      "embeddings",
      "text-embedding-3-small gemini-embedding-001 nomic-embed-text:latest bge-m3 BAAI/bge-base-en-v1.5 voyage-3.5 all-minilm:l6-v2",
    ],
    [
      "other",
      "whisper-1 gpt-4o-mini-tts gpt-image-1 dall-e-3 omni-moderation-latest llama-guard-3-8b bge-reranker-v2-m3 gpt-realtime davinci-002",
    ],
  ])("%s", (use, names) => {
    expect(names.split(" ").map((name) => [name, useOf(name)])).toEqual(names.split(" ").map((name) => [name, use]));
  });
});
