// https://github.com/openai/codex/blob/main/docs/config.md

import { openaiResponses } from "../vendors/openai-responses.ts";
import type { Agent } from "./agent.ts";
import { findProgram, writeSettings } from "./agent.ts";

const settings = (url: string, model: string): string => `
model = ${JSON.stringify(model)}
model_provider = "ghostllm"
model_reasoning_effort = "medium"

[model_providers.ghostllm]
name = "GhostLLM"
base_url = "${url}/v1"
env_key = "GHOSTLLM_API_KEY"
wire_api = "responses"
`;

export const codex: Agent = {
  name: "Codex CLI",
  wire: openaiResponses,
  // The folder has the name of a Rust target, such as `x86_64-unknown-linux-musl`.
  findProgram: () => findProgram("@openai/codex", "vendor", "*", "bin", "codex"),

  prepare({ home, url, key, model, prompt }) {
    writeSettings(home, ".codex/config.toml", settings(url, model));
    return {
      parameters: ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt],
      environment: { GHOSTLLM_API_KEY: key },
    };
  },

  readAnswer: (stdout) => stdout,
};
