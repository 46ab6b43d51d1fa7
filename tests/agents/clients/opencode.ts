// https://opencode.ai/docs/providers/#custom-provider

import { anthropicMessages } from "../vendors/anthropic-messages.ts";
import { gemini } from "../vendors/gemini.ts";
import { openaiChat } from "../vendors/openai-chat.ts";
import { openaiResponses } from "../vendors/openai-responses.ts";
import type { Wire } from "../vendors/wire.ts";
import type { Agent } from "./agent.ts";
import { findProgram, writeSettings } from "./agent.ts";

interface Adapter {
  readonly wire: Wire;
  /** Of the base URL that the SDK takes. */
  readonly path: string;
  /** How a model of it is told to think. */
  readonly options: object;
}

const adapters = {
  "@ai-sdk/openai-compatible": { wire: openaiChat, path: "/v1", options: { reasoningEffort: "medium" } },
  "@ai-sdk/openai": { wire: openaiResponses, path: "/v1", options: { reasoningEffort: "medium" } },
  "@ai-sdk/anthropic": {
    wire: anthropicMessages,
    path: "/v1",
    options: { thinking: { type: "enabled", budgetTokens: 4000 } },
  },
  "@ai-sdk/google": { wire: gemini, path: "/v1beta", options: { thinkingConfig: { includeThoughts: true } } },
} satisfies Readonly<Record<string, Adapter>>;

/** `npm` is the SDK with which opencode is told to speak. */
export function opencode(npm: keyof typeof adapters): Agent {
  const { wire, path, options: thinking } = adapters[npm];
  return {
    name: `opencode with ${npm}`,
    wire,
    findProgram: () => findProgram("opencode", "bin", "opencode"),

    prepare({ home, url, key, model, prompt }) {
      const models = { [model]: { name: model, reasoning: true, tool_call: true, options: thinking } };
      const options = { baseURL: `${url}${path}`, apiKey: "{env:GHOSTLLM_API_KEY}" };
      const provider = { ghostllm: { npm, name: "GhostLLM", options, models } };
      const settings = { $schema: "https://opencode.ai/config.json", model: `ghostllm/${model}`, provider };
      writeSettings(home, ".config/opencode/opencode.json", JSON.stringify(settings, null, 2));
      return {
        parameters: ["run", prompt],
        environment: { GHOSTLLM_API_KEY: key, OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" },
      };
    },

    readAnswer: (stdout) => stdout,
  };
}
