// Conversations that are kept. Titles, messages and attachments are sealed, in base64.

export interface ChatSessionsTable {
  id: string;
  user_id: string;
  /** With which it was begun. */
  api_key_id: string;
  team_id: string | null;
  title: string;
  /** By which the title opens. */
  content_key_id: string;
  /** That was asked for last, as it was asked for. */
  model_id: string;
  dialect: string;
  created_at: number;
  updated_at: number;
  archived: number;
  /** In whose hands it is, and until when at most. */
  busy_request: string | null;
  busy_until: number | null;
}

export interface MessagesTable {
  id: string;
  session_id: string;
  /** What one request has added. */
  turn: number;
  request_id: string;
  role: string;
  state: string;
  content: string;
  content_key_id: string;
  /** Ids, as JSON. */
  attachments: string;
  /** Of its text, with what is attached. */
  bytes: number;
  created_at: number;
}

export interface ChatAttachmentsTable {
  /** Its hash, of its user. */
  id: string;
  user_id: string;
  bytes: number;
  content: string;
  content_key_id: string;
  created_at: number;
}

export interface MessageAttachmentsTable {
  message_id: string;
  attachment_id: string;
}

export interface ChatTables {
  chat_sessions: ChatSessionsTable;
  messages: MessagesTable;
  chat_attachments: ChatAttachmentsTable;
  message_attachments: MessageAttachmentsTable;
}
