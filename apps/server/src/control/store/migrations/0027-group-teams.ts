import type { Migration } from "./migration.ts";

/** Groups of an issuer take people into teams. */
export const groupTeams: Migration = {
  number: 27,
  name: "group teams",
  statements: ["alter table sign_in_methods add column group_teams text not null default '[]'"],
};
