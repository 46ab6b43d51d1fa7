// The stored texts of requests, and the keys that open them.

export interface RequestContentsTable {
  request_id: string;
  /** At which the request arrived. */
  created_at: number;
  user_id: string;
  api_key_id: string;
  team_id: string | null;
  /** By which it opens. */
  content_key_id: string;
  /** In base64. */
  sealed: string;
}

export interface ContentKeysTable {
  id: string;
  key_enc: string;
  created_at: number;
}

export interface ContentTables {
  request_contents: RequestContentsTable;
  content_keys: ContentKeysTable;
}
