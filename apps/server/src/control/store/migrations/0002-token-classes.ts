import type { Migration } from "./migration.ts";

const columns = [
  "cache_write_tokens",
  "cache_write_hour_tokens",
  "audio_prompt_tokens",
  "audio_completion_tokens",
  "image_prompt_tokens",
  "image_completion_tokens",
];

/** What else the tokens of an answer were spent on, where it has a price of its own. */
export const tokenClasses: Migration = {
  number: 2,
  name: "token classes",
  statements: columns.map((column) => `alter table usage_logs add column ${column} bigint not null default 0`),
};
