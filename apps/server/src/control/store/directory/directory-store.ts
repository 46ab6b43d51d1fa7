// What the store has for directories (SCIM): how they name our users, their groups, and the tokens by which they come.

export interface DirectoryUser {
  readonly userId: string;
  readonly userName: string;
  readonly externalId: string | null;
  /** Further ones, as JSON text. */
  readonly attributes: string;
}

export interface DirectoryGroup {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface GroupChange {
  readonly displayName?: string;
  readonly externalId?: string | null;
  /** All that are in it from now on. */
  readonly memberIds?: readonly string[];
}

export interface ScimTokenRow {
  readonly id: string;
  readonly name: string;
  /** What may be seen of it. */
  readonly publicId: string;
  readonly lastUsedAt: number | null;
  readonly createdAt: number;
}

/** Places are counted from 0. */
export interface Stretch {
  readonly offset: number;
  readonly limit: number;
}

export interface DirectoryStore {
  /** Of all users, in order. */
  userIds(stretch: Stretch): Promise<readonly string[]>;
  countUsers(): Promise<number>;
  /** Those of these users of whom a directory has told something. */
  told(userIds: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>>;
  userIdBy(name: { readonly userName: string } | { readonly externalId: string }): Promise<string | undefined>;
  /** A name that another user has rejects with GhostError `conflict`. */
  keepUser(user: DirectoryUser): Promise<void>;
  groups(stretch: Stretch): Promise<readonly DirectoryGroup[]>;
  countGroups(): Promise<number>;
  findGroup(by: { readonly id: string } | { readonly displayName: string }): Promise<DirectoryGroup | undefined>;
  createGroup(group: Required<GroupChange>): Promise<DirectoryGroup>;
  updateGroup(id: string, change: GroupChange): Promise<DirectoryGroup | undefined>;
  removeGroup(id: string): Promise<boolean>;
  /** Ids of users. */
  membersOf(groupId: string): Promise<readonly string[]>;
  groupsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly DirectoryGroup[]>>;
  createToken(token: {
    readonly name: string;
    readonly publicId: string;
    readonly hash: string;
  }): Promise<ScimTokenRow>;
  tokens(): Promise<readonly ScimTokenRow[]>;
  removeToken(id: string): Promise<boolean>;
  /** Undefined where there is no such token. Notes that it was used, to within a minute. */
  useToken(hash: string): Promise<ScimTokenRow | undefined>;
}
