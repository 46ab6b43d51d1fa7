// Saved views of the console's lists, as the store keeps them.

import type { Reach } from "#domain/access/may.ts";
import type { NamedPage } from "./page.ts";

export interface ViewRow {
  readonly id: string;
  /** Null where the user has been removed. */
  readonly userId: string | null;
  readonly userName: string | null;
  /** Of the console. */
  readonly page: string;
  readonly name: string;
  /** Parameters of the page's URL. */
  readonly search: Readonly<Record<string, string>>;
  readonly isShared: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewView = Pick<ViewRow, "page" | "name" | "search" | "isShared"> & { readonly userId: string };
export type ViewChange = Partial<Pick<NewView, "name" | "search" | "isShared">>;

/** Beyond the reach of whoever asks there are those that are shared, and no others. */
export interface ViewStore {
  create(view: NewView): Promise<ViewRow>;
  list(page: NamedPage & { readonly of?: string }, reach: Reach): Promise<readonly ViewRow[]>;
  count(userId: string): Promise<number>;
  find(id: string, reach: Reach): Promise<ViewRow | undefined>;
  update(id: string, change: ViewChange, reach: Reach): Promise<ViewRow | undefined>;
  remove(id: string, reach: Reach): Promise<boolean>;
}
