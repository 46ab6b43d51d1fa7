// What directories tell, and by which tokens they may.

export interface ScimTokensTable {
  id: string;
  name: string;
  public_id: string;
  token_hash: string;
  last_used_at: number | null;
  created_at: number;
}

export interface DirectoryUsersTable {
  user_id: string;
  user_name: string;
  /** In lower case. */
  user_name_key: string;
  external_id: string | null;
  attributes: string;
}

export interface DirectoryGroupsTable {
  id: string;
  display_name: string;
  external_id: string | null;
  created_at: number;
  updated_at: number;
}

export interface DirectoryMembersTable {
  group_id: string;
  user_id: string;
}

export interface DirectoryTables {
  scim_tokens: ScimTokensTable;
  directory_users: DirectoryUsersTable;
  directory_groups: DirectoryGroupsTable;
  directory_members: DirectoryMembersTable;
}
