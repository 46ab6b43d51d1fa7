// Who plays in the demo: the vendors with their models, the aliases, and the people with their keys and budgets. Plain data.

export interface DemoModel {
  readonly name: string;
  /** Of its answers: how soon they begin, and how fast they are written. */
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
}

export interface DemoProvider {
  readonly name: string;
  readonly type: string;
  /** Behind the address of its fake vendor. */
  readonly path: string;
  readonly models: readonly DemoModel[];
}

export const demoProviders: readonly DemoProvider[] = [
  {
    ...{ name: "openai", type: "openai", path: "/v1" },
    models: [
      { name: "gpt-5", firstTokenMs: 620, tokensPerSecond: 85 },
      { name: "gpt-5-mini", firstTokenMs: 340, tokensPerSecond: 140 },
      { name: "gpt-4o-mini", firstTokenMs: 290, tokensPerSecond: 120 },
      { name: "text-embedding-3-small", firstTokenMs: 90, tokensPerSecond: 0 },
    ],
  },
  {
    ...{ name: "anthropic", type: "anthropic", path: "" },
    models: [
      { name: "claude-sonnet-4-5", firstTokenMs: 980, tokensPerSecond: 65 },
      { name: "claude-haiku-4-5", firstTokenMs: 450, tokensPerSecond: 130 },
    ],
  },
  {
    ...{ name: "groq", type: "groq", path: "/openai/v1" },
    models: [{ name: "llama-3.3-70b-versatile", firstTokenMs: 110, tokensPerSecond: 270 }],
  },
  {
    ...{ name: "mistral", type: "mistral", path: "/v1" },
    models: [{ name: "mistral-large-latest", firstTokenMs: 520, tokensPerSecond: 70 }],
  },
  {
    ...{ name: "gpu-1", type: "vllm", path: "/v1" },
    models: [{ name: "qwen3-32b", firstTokenMs: 160, tokensPerSecond: 55 }],
  },
];

export interface DemoAlias {
  readonly name: string;
  /** In the order in which they are asked. */
  readonly targets: readonly { readonly provider: string; readonly model: string }[];
  readonly cache?: { readonly ttl_seconds: number; readonly scope: "team" };
}

export const demoAliases: readonly DemoAlias[] = [
  {
    name: "smart",
    targets: [
      { provider: "anthropic", model: "claude-sonnet-4-5" },
      { provider: "openai", model: "gpt-5" },
    ],
  },
  {
    name: "fast",
    targets: [
      { provider: "groq", model: "llama-3.3-70b-versatile" },
      { provider: "openai", model: "gpt-5-mini" },
    ],
    cache: { ttl_seconds: 3600, scope: "team" },
  },
];

/** What is asked by these names may have been answered before. */
export const keptAliases: ReadonlySet<string> = new Set(
  demoAliases.filter(({ cache }) => cache !== undefined).map(({ name }) => name),
);

/** That Ada has saved. */
export const demoViews = [
  { page: "budgets", name: "Near their caps", search: { state: "near" }, isShared: true },
  { page: "keys", name: "By what they spent", search: { sort: "-spent" }, isShared: true },
  { page: "keys", name: "Claude Code", search: { q: "agent", columns: "rpm.tpm" }, isShared: false },
  { page: "requests", name: "What failed this week", search: { range: "7d", status: "failed" }, isShared: true },
  { page: "usage", name: "Keys by day", search: { by: "key", range: "30d", bucket: "day" }, isShared: false },
] as const;

/** When its owner works. */
export type Rhythm = "office" | "always" | "nights";

export interface DemoKey {
  readonly name: string;
  /** How much of all traffic comes by it. */
  readonly weight: number;
  readonly rhythm: Rhythm;
  /** Names as clients ask for them. */
  readonly asks: readonly { readonly model: string; readonly weight: number }[];
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Of the prompt, that the vendor has in its cache. */
  readonly cachedShare: number;
  readonly client: string;
  readonly address: string;
  /** How much of the budget it has spent at the end of its history; null: it has none. */
  readonly spentShare: number | null;
  readonly expiresInDays?: number;
  readonly limits?: DemoLimits;
  /** How much of what it asks it has asked before, where answers are kept. */
  readonly repeatedShare?: number;
}

export interface DemoLimits {
  readonly requests_per_minute?: number;
  readonly tokens_per_minute?: number;
  readonly concurrent_requests?: number;
}

/** All of one organisation. */
export const demoTeams = [
  { name: "Engineering", budget_usd: "60000", limits: { requests_per_minute: 2_000 }, members_make_keys: true },
  { name: "Customers", budget_usd: "20000", limits: { concurrent_requests: 200 }, members_make_keys: false },
] as const;

export interface DemoUser {
  /** Whose keys are of it. */
  readonly team?: (typeof demoTeams)[number]["name"];
  readonly name: string;
  readonly email: string;
  readonly role: "admin" | "member";
  /** As with keys. */
  readonly spentShare: number | null;
  readonly limits?: DemoLimits;
  readonly keys: readonly DemoKey[];
}

const claudeCode = "claude-cli/2.1.331 (external, cli)";
const openaiPython = "OpenAI/Python 2.30.0";
const openaiNode = "OpenAI/JS 7.57.0";
const langchain = "langchain-openai/1.4.0 python/3.13";

export const demoUsers: readonly DemoUser[] = [
  {
    ...{ name: "Ada Lindqvist", email: "ada@acme.example", role: "admin", spentShare: null },
    keys: [
      {
        ...{ name: "ada's laptop", weight: 5, rhythm: "office", client: claudeCode, address: "10.20.4.17" },
        ...{ promptTokens: 18_000, answerTokens: 420, cachedShare: 0.8, spentShare: null },
        asks: [
          { model: "smart", weight: 3 },
          { model: "claude-haiku-4-5", weight: 2 },
        ],
      },
    ],
  },
  {
    team: "Engineering",
    ...{ name: "Platform", email: "platform@acme.example", role: "member", spentShare: 0.91 },
    keys: [
      {
        ...{ name: "ci-agent", weight: 16, rhythm: "always", client: claudeCode, address: "10.20.8.3" },
        ...{ promptTokens: 14_000, answerTokens: 600, cachedShare: 0.75, spentShare: 0.62 },
        limits: { requests_per_minute: 120, concurrent_requests: 12 },
        asks: [
          { model: "smart", weight: 4 },
          { model: "gpt-5-mini", weight: 1 },
        ],
      },
      {
        ...{ name: "code-review", weight: 9, rhythm: "office", client: openaiNode, address: "10.20.8.4" },
        ...{ promptTokens: 6_000, answerTokens: 900, cachedShare: 0.3, spentShare: 0.78, expiresInDays: 5 },
        asks: [
          { model: "gpt-5", weight: 3 },
          { model: "smart", weight: 1 },
        ],
      },
    ],
  },
  {
    team: "Engineering",
    ...{ name: "Search", email: "search@acme.example", role: "member", spentShare: 0.68 },
    limits: { tokens_per_minute: 2_000_000 },
    keys: [
      {
        ...{ name: "reranker", weight: 24, rhythm: "always", client: openaiPython, address: "10.20.6.11" },
        ...{ promptTokens: 1_900, answerTokens: 60, cachedShare: 0.1, spentShare: null },
        repeatedShare: 0.35,
        limits: { requests_per_minute: 300, tokens_per_minute: 900_000 },
        asks: [
          { model: "fast", weight: 5 },
          { model: "gpt-4o-mini", weight: 2 },
        ],
      },
      {
        ...{ name: "index-embeddings", weight: 18, rhythm: "nights", client: openaiPython, address: "10.20.6.12" },
        ...{ promptTokens: 3_200, answerTokens: 0, cachedShare: 0, spentShare: null },
        asks: [{ model: "text-embedding-3-small", weight: 1 }],
      },
    ],
  },
  {
    team: "Customers",
    ...{ name: "Support", email: "support@acme.example", role: "member", spentShare: 0.44 },
    keys: [
      {
        ...{ name: "macros", weight: 14, rhythm: "office", client: langchain, address: "10.20.9.40" },
        ...{ promptTokens: 2_400, answerTokens: 260, cachedShare: 0.5, spentShare: null },
        asks: [
          { model: "claude-haiku-4-5", weight: 3 },
          { model: "gpt-5-mini", weight: 3 },
          { model: "mistral/mistral-large-latest", weight: 1 },
        ],
      },
    ],
  },
  {
    team: "Customers",
    ...{ name: "Growth", email: "growth@acme.example", role: "member", spentShare: null },
    keys: [
      {
        ...{ name: "newsletter", weight: 5, rhythm: "nights", client: openaiNode, address: "10.20.11.8" },
        ...{ promptTokens: 1_100, answerTokens: 1_400, cachedShare: 0, spentShare: 0.35 },
        asks: [
          { model: "mistral-large-latest", weight: 2 },
          { model: "gpt-5", weight: 1 },
        ],
      },
      {
        ...{ name: "gpu experiments", weight: 6, rhythm: "office", client: openaiPython, address: "10.20.11.9" },
        ...{ promptTokens: 900, answerTokens: 700, cachedShare: 0, spentShare: null },
        asks: [{ model: "qwen3-32b", weight: 1 }],
      },
    ],
  },
  {
    ...{ name: "Interns", email: "interns@acme.example", role: "member", spentShare: 1 },
    keys: [
      {
        ...{ name: "notebook", weight: 3, rhythm: "office", client: openaiPython, address: "10.20.13.2" },
        ...{ promptTokens: 1_500, answerTokens: 500, cachedShare: 0, spentShare: null },
        asks: [
          { model: "gpt-5", weight: 1 },
          { model: "smart", weight: 1 },
        ],
      },
    ],
  },
];
