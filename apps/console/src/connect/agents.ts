// As docs/clients.md has them, where they are run against the gateway.

import type { ClientGuide } from "./client.ts";

export const claudeCode: ClientGuide = {
  id: "claude-code",
  name: "Claude Code",
  asks: "messages",
  kind: "Coding agents",
  snippets: ({ url, key, model }) => [
    {
      title: "Shell",
      code: `export ANTHROPIC_BASE_URL=${url}
export ANTHROPIC_API_KEY=${key}
export ANTHROPIC_MODEL=${model}
export ANTHROPIC_DEFAULT_HAIKU_MODEL=${model}
claude`,
    },
  ],
};

export const codex: ClientGuide = {
  id: "codex",
  name: "Codex",
  asks: "responses",
  kind: "Coding agents",
  snippets: ({ url, key, model }) => [
    {
      title: "~/.codex/config.toml",
      code: `model = "${model}"
model_provider = "ghostllm"

[model_providers.ghostllm]
name = "GhostLLM"
base_url = "${url}/v1"
env_key = "GHOSTLLM_API_KEY"
wire_api = "responses"`,
    },
    { title: "Shell", code: `export GHOSTLLM_API_KEY=${key}\ncodex` },
  ],
};

export const opencode: ClientGuide = {
  id: "opencode",
  name: "opencode",
  kind: "Coding agents",
  snippets: ({ url, key, model }) => [
    {
      title: "~/.config/opencode/opencode.json",
      code: `{
  "$schema": "https://opencode.ai/config.json",
  "model": "ghostllm/${model}",
  "provider": {
    "ghostllm": {
      "npm": "@ai-sdk/openai-compatible",
      "name": "GhostLLM",
      "options": { "baseURL": "${url}/v1", "apiKey": "{env:GHOSTLLM_API_KEY}" },
      "models": { "${model}": { "name": "${model}", "tool_call": true } }
    }
  }
}`,
    },
    { title: "Shell", code: `export GHOSTLLM_API_KEY=${key}\nopencode` },
  ],
};

export const pi: ClientGuide = {
  id: "pi",
  name: "pi",
  asks: "responses",
  kind: "Coding agents",
  snippets: ({ url, key, model }) => [
    {
      title: "~/.pi/agent/models.json",
      code: `{
  "providers": {
    "ghostllm": {
      "baseUrl": "${url}/v1",
      "api": "openai-responses",
      "apiKey": "$GHOSTLLM_API_KEY",
      "models": [{ "id": "${model}" }]
    }
  }
}`,
    },
    { title: "Shell", code: `export GHOSTLLM_API_KEY=${key}\npi --provider ghostllm --model ${model}` },
  ],
};
