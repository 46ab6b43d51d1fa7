// Who has signed in and not out again: a session is one of these rows, and its token alone is none.

import type { Reach } from "#domain/access/may.ts";
import type { Page } from "./page.ts";

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  /** How he has signed in: `password`, `passkey`, or the id of the method. */
  readonly method: string;
  /** Of the client; empty where it is not known. */
  readonly address: string;
  readonly userAgent: string;
  readonly isBrowser: boolean;
  readonly createdAt: number;
  /** To within a minute. */
  readonly seenAt: number;
  readonly expiresAt: number;
  /** When its issuer is asked again whose session it is; null where it is not. */
  readonly refreshAt: number | null;
  /** It has shown more than a password: a code, a passkey, or one of these that was set up in it. */
  readonly hasFactor: boolean;
}

export interface SessionStore {
  /** Forgets those that have ended by themselves a day ago. */
  create(session: Omit<SessionRow, "seenAt">): Promise<void>;
  /** Also one that has ended by itself lately: its token says so. */
  find(id: string): Promise<SessionRow | undefined>;
  list(page: Page & { readonly userId?: string }, reach: Reach): Promise<readonly SessionRow[]>;
  /** Those whose issuers are to be asked by then. */
  dueBy(at: number, limit: number): Promise<readonly SessionRow[]>;
  /** Asks its issuer again at another time, where nobody has said so meanwhile. */
  moveRefresh(session: Pick<SessionRow, "id" | "refreshAt">, refreshAt: number | null): Promise<boolean>;
  /** A second factor was set up in it. */
  noteFactor(id: string): Promise<void>;
  noteSeen(id: string, at: number): Promise<void>;
  /** Answers the one that was ended. */
  end(id: string, reach: Reach): Promise<SessionRow | undefined>;
  /** All of a user. Answers how many there were. */
  endOf(userId: string): Promise<number>;
}
