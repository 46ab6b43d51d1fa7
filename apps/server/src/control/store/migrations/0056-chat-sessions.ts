import type { Migration } from "./migration.ts";

/** Conversations that are kept: what is said in them, and pictures and files, each once for its user. All texts are sealed. */
export const chatSessions: Migration = {
  number: 56,
  name: "chat sessions",
  statements: [
    `create table chat_sessions (
      id text not null primary key,
      user_id text not null,
      api_key_id text not null,
      team_id text,
      title text not null,
      content_key_id text not null,
      model_id text not null,
      dialect text not null,
      created_at bigint not null,
      updated_at bigint not null,
      archived integer not null check (archived in (0, 1)),
      busy_request text,
      busy_until bigint
    )`,
    "create index chat_sessions_by_user on chat_sessions (user_id, updated_at)",
    "create index chat_sessions_by_time on chat_sessions (updated_at)",
    "create index chat_sessions_by_content_key on chat_sessions (content_key_id)",
    `create table messages (
      id text not null primary key,
      session_id text not null constraint messages_session_id_reference references chat_sessions (id) on delete cascade,
      turn integer not null,
      request_id text not null,
      role text not null,
      state text not null,
      content text not null,
      content_key_id text not null,
      attachments text not null,
      bytes bigint not null,
      created_at bigint not null
    )`,
    "create index messages_by_session on messages (session_id, turn, id)",
    "create index messages_by_time on messages (created_at)",
    "create index messages_by_content_key on messages (content_key_id)",
    `create table chat_attachments (
      id text not null primary key,
      user_id text not null,
      bytes bigint not null,
      content text not null,
      content_key_id text not null,
      created_at bigint not null
    )`,
    "create index chat_attachments_by_user on chat_attachments (user_id)",
    "create index chat_attachments_by_content_key on chat_attachments (content_key_id)",
    `create table message_attachments (
      message_id text not null constraint message_attachments_message_id_reference references messages (id) on delete cascade,
      attachment_id text not null constraint message_attachments_attachment_id_reference references chat_attachments (id),
      primary key (message_id, attachment_id)
    )`,
    "create index message_attachments_by_attachment on message_attachments (attachment_id)",
  ],
};
