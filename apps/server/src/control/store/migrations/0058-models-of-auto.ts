import type { Migration } from "./migration.ts";

/** How good operators hold a model to be, and whether the name `auto` may lead to it; null: nobody has said. */
export const modelsOfAuto: Migration = {
  number: 58,
  name: "models of auto",
  statements: ["alter table models add column quality integer", "alter table models add column auto integer"],
};
