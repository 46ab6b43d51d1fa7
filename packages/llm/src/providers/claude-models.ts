// What models of Anthropic's refuse, wherever they are sold.
// https://platform.claude.com/docs/en/about-claude/models/migration-guide

import type { FamilyNeeds, Needs } from "#fitting/vendor-needs.ts";

/** In the vendor's own dialect, of all of them. */
export const claude: Needs = {
  // "The request body is not valid JSON: no low surrogate in string"
  wholePairs: true,
  highest: { temperature: 1 },
  calmThinking: true,
  stops: { blank: "refused" },
  choiceNeedsTools: true,
  filledTexts: true,
  // https://platform.claude.com/docs/en/build-with-claude/prompt-engineering/prefill-claudes-response
  prefill: "continues",
  trimsLastText: true,
  turns: { first: "user, for others" },
  pairs: true,
  strictToolNames: true,
  // "String should match pattern '^[a-zA-Z0-9_-]+$'", "`tool_use` ids must be unique"
  refusesCallIds: { ids: /^$|[^a-zA-Z0-9_-]/, repeated: true },
  sealedThoughts: true,
  systemTurns: "refused",
};

export const claudeModels: FamilyNeeds = [
  // "`temperature` and `top_p` cannot both be specified for this model."
  [/claude-(?:opus|sonnet|haiku)-4[-.][1-6](?!\d)/, { refusesTogether: [["temperature", "top_p"]] }],
  // "`temperature` is deprecated for this model."
  [
    /claude-(?:(?:opus|sonnet|haiku)-(?:4[-.][7-9](?!\d)|[5-9](?!\d))|fable|mythos)/,
    { refuses: ["temperature", "top_p", "top_k"], refusesUsual: true, thinkingBudget: "refused" },
  ],
  // "This model does not support assistant message prefill."
  [/claude-(?:(?:opus|sonnet|haiku)-(?:4[-.][6-9](?!\d)|[5-9](?!\d))|fable|mythos)/, { turns: { last: "user" } }],
  [/claude-(?:opus-4[-.][89](?!\d)|(?:opus|sonnet|haiku)-[5-9](?!\d)|fable|mythos)/, { systemTurns: "taken" }],
  [/claude-(?:(?:opus|sonnet)-5[-.]5(?!\d)|(?:fable|mythos)-5[-.][1-9](?!\d))/, { forcedCalls: "refused" }],
];

/** Of those who sell them in their vendor's dialect. Other models behind it, such as those of servers that people run, need nothing. */
export const onlyClaude: FamilyNeeds = [[/claude/, claude], ...claudeModels];
