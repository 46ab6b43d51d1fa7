/** https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers; others that speak the dialect have the same. */
export const rateHeaders = {
  requests: { remaining: "x-ratelimit-remaining-requests", reset: "x-ratelimit-reset-requests" },
  tokens: { remaining: "x-ratelimit-remaining-tokens", reset: "x-ratelimit-reset-tokens" },
} as const;
