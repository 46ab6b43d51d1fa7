import type { Migration } from "./migration.ts";

/**
 * Accounts that hold keys of a team and are no people: service accounts, and one of each team for what is the team's itself. They are
 * users like others to whatever counts and records, and go with their team.
 */
export const serviceAccounts: Migration = {
  number: 30,
  name: "service accounts",
  statements: [
    "alter table users add column kind text not null default 'person' check (kind in ('person', 'service_account', 'team'))",
    "alter table users add column team_id text references teams (id) on delete cascade",
    "create index users_by_team on users (team_id, id) where team_id is not null",
    "create unique index users_team_unique on users (team_id) where kind = 'team'",
    "alter table teams add column members_make_keys integer not null default 0 check (members_make_keys in (0, 1))",
  ],
};
