import type { Migration } from "./migration.ts";

/**
 * Who has done what. Each entry has a hash over the one before; `audit_head` holds the last one, and where the kept ones begin. The
 * triggers keep slips of ours from it: whoever has the database can drop them, and is found by the hashes.
 */
export const auditLog: Migration = {
  number: 21,
  name: "audit log",
  statements: [
    `create table audit_log (
      sequence bigint not null primary key,
      id text not null,
      happened_at bigint not null,
      action text not null,
      outcome text not null,
      actor_kind text not null,
      actor_id text,
      actor_name text not null,
      actor_user_id text,
      object_kind text,
      object_id text,
      object_name text,
      address text not null,
      user_agent text not null,
      request_id text,
      route text,
      changes text not null,
      details text not null,
      hash text not null,
      constraint audit_log_id_unique unique (id)
    )`,
    "create index audit_log_actor on audit_log (actor_id, sequence)",
    "create index audit_log_action on audit_log (action, sequence)",
    "create index audit_log_object on audit_log (object_kind, object_id, sequence)",
    "create index audit_log_time on audit_log (happened_at)",
    `create table audit_head (
      name text not null primary key,
      last bigint not null,
      hash text not null,
      cut bigint not null,
      cut_hash text not null
    )`,
    `insert into audit_head (name, last, hash, cut, cut_hash) values ('audit', 0, '${"0".repeat(64)}', 0, '${"0".repeat(64)}')`,
  ],
  postgres: [
    `create function keep_audit_log() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and old.sequence <= (select cut from audit_head) then return old; end if;
      raise exception 'audit_log is only added to';
    end $$`,
    `create trigger audit_log_kept before update or delete on audit_log
      for each row execute function keep_audit_log()`,
  ],
  sqlite: [
    `create trigger audit_log_kept_update before update on audit_log begin
      select raise(abort, 'audit_log is only added to');
    end`,
    `create trigger audit_log_kept_delete before delete on audit_log
      when old.sequence > (select cut from audit_head) begin
      select raise(abort, 'audit_log is only added to');
    end`,
  ],
};
