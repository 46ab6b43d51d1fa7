import type { ClientGuide } from "./client.ts";

export const cursor: ClientGuide = {
  id: "cursor",
  name: "Cursor",
  kind: "Programs",
  note: "In Settings, Models: switch on the OpenAI key, override its base URL and add the model by its name. Cursor calls from its own servers, so it needs an address that they reach.",
  snippets: ({ url, key, model }) => [
    {
      title: "Settings",
      code: `OpenAI API key            ${key}\nOverride OpenAI base URL  ${url}/v1\nAdd model                 ${model}`,
    },
  ],
};

export const continueDev: ClientGuide = {
  id: "continue",
  name: "Continue",
  kind: "Programs",
  snippets: ({ url, key, model }) => [
    {
      title: "~/.continue/config.yaml",
      code: `name: GhostLLM
version: 1.0.0
schema: v1
models:
  - name: ${model}
    provider: openai
    model: ${model}
    apiBase: ${url}/v1
    apiKey: ${key}
    roles: [chat, edit, apply]`,
    },
  ],
};

export const openWebUi: ClientGuide = {
  id: "open-webui",
  name: "Open WebUI",
  kind: "Programs",
  note: "From within the container the gateway on the same machine is host.docker.internal.",
  snippets: ({ url, key }) => [
    {
      title: "Docker",
      code: `docker run -d -p 3000:8080 \\
  -e OPENAI_API_BASE_URL=${url}/v1 \\
  -e OPENAI_API_KEY=${key} \\
  --add-host host.docker.internal:host-gateway \\
  -v open-webui:/app/backend/data \\
  ghcr.io/open-webui/open-webui:main`,
    },
  ],
};
