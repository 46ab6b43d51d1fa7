import type { Migration } from "./migration.ts";

const noted = "insert into snapshot_changes (mark, what, id, at)";

/**
 * Roles that operators make. Users who were `user` are `member`. A snapshot shows of users what their role grants: so a change of that is
 * noted as one of theirs, as in migration 17.
 */
export const roles: Migration = {
  number: 29,
  name: "roles",
  statements: [
    `create table roles (
      name text not null,
      description text not null,
      grants text not null,
      created_at bigint not null,
      updated_at bigint not null,
      constraint roles_name_unique unique (name)
    )`,
    "create index users_by_role on users (role)",
    "update users set role = 'member' where role = 'user'",
    "update sign_in_methods set default_role = 'member' where default_role = 'user'",
    `update settings set value = replace(replace(value, '"role":"user"', '"role":"member"'),
      '"defaultRole":"user"', '"defaultRole":"member"') where name = 'scim'`,
    `update sign_in_methods set group_roles = replace(group_roles, '"role":"user"', '"role":"member"')`,
  ],
  postgres: [
    `create function note_role_change() returns trigger language plpgsql as $$
    begin
      ${noted}
        select pg_current_xact_id()::text::bigint, 'users', users.id,
          (extract(epoch from clock_timestamp()) * 1000)::bigint
        from users where users.role = new.name
        on conflict do nothing;
      return null;
    end $$`,
    `create trigger roles_noted_update after update of grants on roles
      for each row execute function note_role_change()`,
  ],
  sqlite: [
    `create trigger roles_noted_update after update of grants on roles begin
      ${noted}
        select max(coalesce((select max(mark) from snapshot_changes), 0),
            (select forgotten from snapshot_changes_forgotten)) + 1,
          'users', users.id, cast(unixepoch('subsec') * 1000 as integer) from users where users.role = new.name;
    end`,
  ],
};
