// What must be known of the vendor's models to fill in what the dialect asks for and other dialects do not tell.
// https://docs.anthropic.com/en/docs/about-claude/models/overview

/** How a model is asked to think: not at all, by a budget of tokens, or by a word for the effort. */
export type ThinkingKind = "none" | "budget" | "effort";

interface ModelTraits {
  /** `max_tokens`, which the dialect demands, where the client named none. */
  readonly outputTokens: number;
  readonly thinking: ThinkingKind;
  /** Answers can be held to a schema, and calls of tools to theirs. */
  readonly isStructured: boolean;
}

/** The first that fits. Names come with prefixes and suffixes of resellers, such as `anthropic.claude-3-haiku-...-v1:0`. */
const traits: readonly (readonly [pattern: RegExp, traits: ModelTraits])[] = [
  [/claude-(?:2|instant|3-(?:haiku|sonnet|opus))/, { outputTokens: 4_096, thinking: "none", isStructured: false }],
  [/claude-3[-.]5/, { outputTokens: 8_192, thinking: "none", isStructured: false }],
  [/claude-3[-.]7/, { outputTokens: 32_000, thinking: "budget", isStructured: false }],
  [
    /claude-(?:opus|sonnet)-4(?:[-.]0(?!\d)|[-@]\d{8}|$)/,
    { outputTokens: 32_000, thinking: "budget", isStructured: false },
  ],
  [
    /claude-(?:opus|sonnet|haiku)-4(?:[-.][0-5](?!\d)|[-@]\d{8}|$)/,
    { outputTokens: 32_000, thinking: "budget", isStructured: true },
  ],
  [/claude-4/, { outputTokens: 32_000, thinking: "budget", isStructured: false }],
  [/claude-/, { outputTokens: 32_000, thinking: "effort", isStructured: true }],
];

/** Of other vendors that speak the dialect. */
const usual: ModelTraits = { outputTokens: 8_192, thinking: "budget", isStructured: true };

export function traitsOf(model: string): ModelTraits {
  return traits.find(([pattern]) => pattern.test(model))?.[1] ?? usual;
}
