// https://github.com/badlogic/pi-mono/tree/main/packages/coding-agent

import { anthropicMessages } from "../vendors/anthropic-messages.ts";
import { gemini } from "../vendors/gemini.ts";
import { openaiChat } from "../vendors/openai-chat.ts";
import { openaiResponses } from "../vendors/openai-responses.ts";
import type { Agent } from "./agent.ts";
import { installedFile, writeSettings } from "./agent.ts";

const apis = {
  "openai-completions": { wire: openaiChat, path: "/v1" },
  "openai-responses": { wire: openaiResponses, path: "/v1" },
  "anthropic-messages": { wire: anthropicMessages, path: "" },
  "google-generative-ai": { wire: gemini, path: "/v1beta" },
} as const;

export function pi(api: keyof typeof apis): Agent {
  const { wire, path } = apis[api];
  return {
    name: `pi with ${api}`,
    wire,
    findProgram: () => installedFile("@earendil-works/pi-coding-agent/dist/bundle/cli.js"),

    prepare({ home, url, key, model, prompt }) {
      const models = [{ id: model, reasoning: true }];
      const provider = { baseUrl: `${url}${path}`, api, apiKey: "$GHOSTLLM_API_KEY", models };
      writeSettings(home, ".pi/agent/models.json", JSON.stringify({ providers: { ghostllm: provider } }, null, 2));
      return {
        parameters: ["-p", "--provider", "ghostllm", "--model", model, "--thinking", "medium", prompt],
        environment: { GHOSTLLM_API_KEY: key, PI_OFFLINE: "1" },
      };
    },

    readAnswer: (stdout) => stdout,
  };
}
