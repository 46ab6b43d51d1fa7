import type { Migration } from "./migration.ts";

/** What goes with every request to a provider, and where a model is known from. */
export const providerAdditions: Migration = {
  number: 3,
  name: "provider additions",
  statements: [
    "alter table providers add column additions_enc text",
    "alter table models add column origin text",
    "alter table models add column listed text",
  ],
};
