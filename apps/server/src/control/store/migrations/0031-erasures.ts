import type { Migration } from "./migration.ts";

const lasting = [
  ...["sequence", "id", "happened_at", "action", "outcome", "actor_kind", "actor_id", "actor_user_id"],
  ...["object_kind", "object_id", "request_id", "route", "hash"],
];

const isErasure = (isSame: string): string =>
  [
    "new.erased_in > old.sequence and new.salt is null",
    "(old.erased_in is null or new.erased_in > old.erased_in)",
    ...lasting.map((column) => `new.${column} ${isSame} old.${column}`),
  ].join(" and ");

/**
 * Users whose data is taken out of what is kept. Of an entry of the audit log only what may tell who somebody is may change then, and the
 * entry says where the log tells of it. What is still looked for stands in `subject` until the erasure is done.
 */
export const erasures: Migration = {
  number: 31,
  name: "erasures",
  statements: [
    "alter table audit_log add column salt text",
    "alter table audit_log add column personal_hash text",
    "alter table audit_log add column erased_in bigint",
    `create table erasures (
      user_id text not null primary key,
      started_at bigint not null,
      finished_at bigint,
      subject text,
      progress text not null
    )`,
  ],
  postgres: [
    `create or replace function keep_audit_log() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and old.sequence <= (select cut from audit_head) then return old; end if;
      if tg_op = 'UPDATE' then
        if ${isErasure("is not distinct from")} then return new; end if;
      end if;
      raise exception 'audit_log is only added to';
    end $$`,
  ],
  sqlite: [
    "drop trigger audit_log_kept_update",
    `create trigger audit_log_kept_update before update on audit_log
      when coalesce(${isErasure("is")}, 0) = 0 begin
      select raise(abort, 'audit_log is only added to');
    end`,
  ],
};
