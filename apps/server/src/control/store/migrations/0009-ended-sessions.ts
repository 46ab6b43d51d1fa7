import type { Migration } from "./migration.ts";

/** Sessions that were signed out before their time: their tokens would hold on their own until then. */
export const endedSessions: Migration = {
  number: 9,
  name: "ended sessions",
  statements: [
    `create table ended_sessions (
      id text not null primary key,
      expires_at bigint not null
    )`,
    "create index ended_sessions_by_time on ended_sessions (expires_at)",
  ],
};
