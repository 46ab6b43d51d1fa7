// Which provider here each of LiteLLM's is, by the word before the model's name: https://docs.litellm.ai/docs/providers

export interface Vendor {
  readonly type: string;
  /** Variables that LiteLLM reads a credential from by itself. */
  readonly variables: readonly string[];
  /** By their names in `litellm_params`, the settings that they are here. */
  readonly settings?: Readonly<Record<string, string>>;
  /** It has no address of its own. */
  readonly needsBase?: true;
  readonly needsNoKey?: true;
}

const of = (type: string, ...variables: readonly string[]): Vendor => ({ type, variables });
const compatible: Vendor = { type: "openai-compatible", variables: [], needsBase: true, needsNoKey: true };
const local = (type: string, ...variables: readonly string[]): Vendor => ({ type, variables, needsNoKey: true });
const vertex: Vendor = {
  type: "vertex",
  variables: ["VERTEX_CREDENTIALS", "VERTEXAI_CREDENTIALS"],
  settings: { vertex_project: "project", vertex_location: "location" },
};

export const vendors: Readonly<Record<string, Vendor>> = {
  openai: of("openai", "OPENAI_API_KEY"),
  "text-completion-openai": of("openai", "OPENAI_API_KEY"),
  azure: {
    ...of("azure-openai", "AZURE_API_KEY", "AZURE_OPENAI_API_KEY"),
    settings: { api_version: "apiVersion" },
    needsBase: true,
  },
  azure_text: { ...of("azure-openai", "AZURE_API_KEY"), settings: { api_version: "apiVersion" }, needsBase: true },
  anthropic: of("anthropic", "ANTHROPIC_API_KEY"),
  bedrock: { type: "bedrock", variables: ["AWS_BEARER_TOKEN_BEDROCK"], settings: { aws_region_name: "region" } },
  vertex_ai: vertex,
  vertex_ai_beta: vertex,
  gemini: of("google", "GEMINI_API_KEY", "GOOGLE_API_KEY"),
  groq: of("groq", "GROQ_API_KEY"),
  mistral: of("mistral", "MISTRAL_API_KEY"),
  codestral: of("mistral", "CODESTRAL_API_KEY"),
  deepseek: of("deepseek", "DEEPSEEK_API_KEY"),
  together_ai: of("together", "TOGETHERAI_API_KEY", "TOGETHER_API_KEY"),
  fireworks_ai: of("fireworks", "FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
  openrouter: of("openrouter", "OPENROUTER_API_KEY"),
  perplexity: of("perplexity", "PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
  cohere: of("cohere", "COHERE_API_KEY"),
  cohere_chat: of("cohere", "COHERE_API_KEY"),
  xai: of("xai", "XAI_API_KEY"),
  ollama: local("ollama", "OLLAMA_API_KEY"),
  ollama_chat: local("ollama", "OLLAMA_API_KEY"),
  hosted_vllm: local("vllm", "HOSTED_VLLM_API_KEY"),
  lm_studio: local("lmstudio", "LM_STUDIO_API_KEY"),
  nvidia_nim: of("nvidia", "NVIDIA_NIM_API_KEY"),
  cerebras: of("cerebras", "CEREBRAS_API_KEY"),
  sambanova: of("sambanova", "SAMBANOVA_API_KEY"),
  deepinfra: of("deepinfra", "DEEPINFRA_API_KEY"),
  ai21: of("ai21", "AI21_API_KEY"),
  ai21_chat: of("ai21", "AI21_API_KEY"),
  huggingface: of("huggingface", "HUGGINGFACE_API_KEY", "HF_TOKEN"),
  voyage: of("voyage", "VOYAGE_API_KEY"),
  jina_ai: of("jina", "JINA_AI_API_KEY"),
  moonshot: of("moonshot", "MOONSHOT_API_KEY"),
  minimax: of("minimax", "MINIMAX_API_KEY"),
  zai: of("zai", "ZAI_API_KEY"),
  dashscope: of("alibaba", "DASHSCOPE_API_KEY"),
  nebius: of("nebius", "NEBIUS_API_KEY"),
  novita: of("novita", "NOVITA_API_KEY"),
  hyperbolic: of("hyperbolic", "HYPERBOLIC_API_KEY"),
  featherless_ai: of("featherless", "FEATHERLESS_AI_API_KEY"),
  friendliai: of("friendli", "FRIENDLI_TOKEN"),
  github: of("github-models", "GITHUB_API_KEY"),
  inception: of("inception", "INCEPTION_API_KEY"),
  vercel_ai_gateway: of("vercel-ai-gateway", "VERCEL_AI_GATEWAY_API_KEY"),
  litellm_proxy: compatible,
  openai_like: compatible,
  custom_openai: compatible,
};

/** Models without a word before them, as LiteLLM takes them by its list. */
const bare: readonly (readonly [RegExp, string])[] = [
  [
    /^(gpt-|o[134]|chatgpt-|text-embedding-|text-moderation|omni-moderation|dall-e|whisper|tts-|ft:|davinci|babbage)/,
    "openai",
  ],
  [/^claude/, "anthropic"],
  [/^gemini/, "vertex_ai"],
  [/^(command|embed-|rerank-)/, "cohere"],
  [/^(anthropic|amazon|meta|mistral|cohere|us|eu|apac)\./, "bedrock"],
];

export function isOfOpenAi(model: string): boolean {
  return vendorOf(model, null)?.vendor === "openai";
}

export interface NamedModel {
  /** LiteLLM's word for it. */
  readonly vendor: string;
  /** As the vendor has it. */
  readonly model: string;
}

/** Null where nobody can tell whose it is. */
export function vendorOf(model: string, custom: string | null): NamedModel | null {
  const at = model.indexOf("/");
  const prefix = at < 0 ? "" : model.slice(0, at);
  if (custom !== null) return { vendor: custom, model: prefix === custom ? model.slice(at + 1) : model };
  if (prefix !== "" && (prefix in vendors || /^[a-z][a-z0-9_-]*$/.test(prefix)))
    return { vendor: prefix, model: withoutRoute(prefix, model.slice(at + 1)) };
  const found = bare.find(([pattern]) => pattern.test(model));
  return found === undefined ? null : { vendor: found[1], model };
}

/** LiteLLM can be told which of a vendor's interfaces to use. */
function withoutRoute(vendor: string, model: string): string {
  if (vendor === "bedrock") return model.replace(/^(converse|invoke|converse_like)\//, "");
  if (vendor === "openai") return model.replace(/^(responses|chat)\//, "");
  return model;
}
