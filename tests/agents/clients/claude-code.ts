// https://docs.claude.com/en/docs/claude-code/llm-gateway

import { anthropicMessages } from "../vendors/anthropic-messages.ts";
import type { Agent } from "./agent.ts";
import { findProgram } from "./agent.ts";

export const claudeCode: Agent = {
  name: "Claude Code",
  wire: anthropicMessages,
  findProgram: () => findProgram("@anthropic-ai/claude-code", "claude"),

  prepare: ({ url, key, model, prompt }) => ({
    parameters: ["-p", prompt, "--output-format", "json", "--allowedTools", "Bash"],
    environment: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    },
  }),

  readAnswer: (stdout) => (JSON.parse(stdout) as { result: string }).result,
};
