// The list of providers: configuration, detection in the environment, documentation and the gateway derive from it.

import { anthropic } from "./anthropic.ts";
import { azureOpenai } from "./azure-openai.ts";
import { cerebras } from "./cerebras.ts";
import { deepseek } from "./deepseek.ts";
import type { ProviderDefinition } from "./definition.ts";
import { demo } from "./demo.ts";
import { fireworks } from "./fireworks.ts";
import { google } from "./google.ts";
import { groq } from "./groq.ts";
import { mistral } from "./mistral.ts";
import { ollama } from "./ollama.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { perplexity } from "./perplexity.ts";
import { together } from "./together.ts";
import { vertex } from "./vertex.ts";
import { xai } from "./xai.ts";

export const providers: readonly ProviderDefinition[] = [
  openai,
  anthropic,
  google,
  vertex,
  azureOpenai,
  groq,
  mistral,
  deepseek,
  together,
  openrouter,
  xai,
  fireworks,
  cerebras,
  perplexity,
  ollama,
  openaiCompatible,
  demo,
];
