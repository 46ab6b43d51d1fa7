// Models that go on from their own thoughts when they are given the results of calls, whoever runs them.

import type { FamilyNeeds } from "#fitting/vendor-needs.ts";

/**
 * Servers and gateways hand their thoughts out as `reasoning_content` and take them back so, which their templates place; only
 * what such a server told is given back.
 * https://huggingface.co/moonshotai/Kimi-K2-Thinking, https://api-docs.deepseek.com/guides/thinking_mode
 */
export const thinkingModels: FamilyNeeds = [
  [/kimi.*thinking|kimi-k(?:2[.-][5-9]|[3-9])|deepseek-(?:reasoner|v(?:3\.2|[4-9]))/i, { wantsThoughts: {} }],
];
