import type { Migration } from "./migration.ts";

const noLimits = '{"requestsPerMinute":null,"tokensPerMinute":null,"concurrentRequests":null}';

/** Limits and budgets of aliases and providers, whoever asks; and of each request what the providers that it asked were charged. */
export const heldAliasesAndProviders: Migration = {
  number: 33,
  name: "held aliases and providers",
  statements: [
    ...["aliases", "providers"].flatMap((table) => [
      `alter table ${table} add column rate_limit text not null default '${noLimits}'`,
      `alter table ${table} add column budgets text not null default '[]'`,
    ]),
    "alter table usage_logs add column provider_charges text",
    // Past periods are looked for when they are to be forgotten.
    "create index spend_by_period on spend (period)",
  ],
};
