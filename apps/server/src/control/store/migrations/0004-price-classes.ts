import type { Migration } from "./migration.ts";

const counts = ["cached_audio_tokens", "web_searches", "file_searches"];
const words = ["service_class", "geography"];

/** What else the price of an answer depends on, and what operators say of prices beyond the three that had columns. */
export const priceClasses: Migration = {
  number: 4,
  name: "price classes",
  statements: [
    ...counts.map((column) => `alter table usage_logs add column ${column} bigint not null default 0`),
    ...words.map((column) => `alter table usage_logs add column ${column} text`),
    "alter table models add column further_prices text",
  ],
};
