// What people call what is named by id elsewhere, as the store knows it.

export interface KeyName {
  readonly name: string;
  readonly publicId: string;
  readonly userId: string;
  readonly teamId: string | null;
}

/** What people call what records name by id; what is not here has been deleted. */
export interface Names {
  readonly users: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, KeyName>;
  readonly teams: ReadonlyMap<string, string>;
  readonly organisations: ReadonlyMap<string, string>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly providers: ReadonlyMap<string, string>;
}

/** Ids of those whose names are wanted. */
export type NameQuery = { readonly [Kind in keyof Names]?: readonly string[] };
