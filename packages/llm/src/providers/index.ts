// The list of providers: configuration, detection in the environment, documentation and the gateway derive from it.

import { ai21 } from "./ai21.ts";
import { alibaba } from "./alibaba.ts";
import { anthropic } from "./anthropic.ts";
import { azureOpenai } from "./azure-openai.ts";
import { baseten } from "./baseten.ts";
import { bedrockMantle } from "./bedrock-mantle.ts";
import { bedrock } from "./bedrock.ts";
import { cerebras } from "./cerebras.ts";
import { cloudflare } from "./cloudflare.ts";
import { cohere } from "./cohere.ts";
import { crusoe } from "./crusoe.ts";
import { deepinfra } from "./deepinfra.ts";
import { deepseek } from "./deepseek.ts";
import type { ProviderDefinition } from "./definition.ts";
import { demo } from "./demo.ts";
import { featherless } from "./featherless.ts";
import { fireworks } from "./fireworks.ts";
import { google } from "./google.ts";
import { friendli } from "./friendli.ts";
import { githubModels } from "./github-models.ts";
import { gpustack } from "./gpustack.ts";
import { groq } from "./groq.ts";
import { heroku } from "./heroku.ts";
import { huggingface } from "./huggingface.ts";
import { hyperbolic } from "./hyperbolic.ts";
import { inception } from "./inception.ts";
import { jina } from "./jina.ts";
import { llamacpp } from "./llamacpp.ts";
import { lmstudio } from "./lmstudio.ts";
import { minimax } from "./minimax.ts";
import { mistral } from "./mistral.ts";
import { moonshot } from "./moonshot.ts";
import { nebius } from "./nebius.ts";
import { novita } from "./novita.ts";
import { nvidia } from "./nvidia.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import { openrouter } from "./openrouter.ts";
import { ovhcloud } from "./ovhcloud.ts";
import { perplexity } from "./perplexity.ts";
import { sambanova } from "./sambanova.ts";
import { scaleway } from "./scaleway.ts";
import { siliconflow } from "./siliconflow.ts";
import { snowflake } from "./snowflake.ts";
import { together } from "./together.ts";
import { vertex } from "./vertex.ts";
import { vercelAiGateway } from "./vercel-ai-gateway.ts";
import { vllm } from "./vllm.ts";
import { voyage } from "./voyage.ts";
import { writer } from "./writer.ts";
import { vertexAnthropic } from "./vertex-anthropic.ts";
import { xai } from "./xai.ts";
import { xiaomi } from "./xiaomi.ts";
import { zai } from "./zai.ts";

export const providers: readonly ProviderDefinition[] = [
  openai,
  anthropic,
  google,
  vertex,
  azureOpenai,
  bedrock,
  bedrockMantle,
  vertexAnthropic,
  groq,
  mistral,
  deepseek,
  together,
  openrouter,
  xai,
  fireworks,
  cerebras,
  perplexity,
  alibaba,
  baseten,
  huggingface,
  moonshot,
  zai,
  xiaomi,
  nvidia,
  sambanova,
  novita,
  snowflake,
  cloudflare,
  heroku,
  writer,
  cohere,
  voyage,
  deepinfra,
  hyperbolic,
  githubModels,
  minimax,
  nebius,
  siliconflow,
  vercelAiGateway,
  friendli,
  inception,
  ai21,
  jina,
  crusoe,
  ovhcloud,
  featherless,
  scaleway,
  ollama,
  gpustack,
  llamacpp,
  lmstudio,
  vllm,
  openaiCompatible,
  demo,
];
