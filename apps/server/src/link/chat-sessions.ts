// Conversations that are kept, asked of control, which has the store. Invariants: nobody is told of a session of another user, nor through a key
// of another team; and a session is in the hands of one request at a time.

import type { Awaitable } from "#domain/clock.ts";

/** Whose a session is: its user's, through keys of the team in which it began. */
export interface SessionOwner {
  readonly userId: string;
  readonly teamId: string | null;
}

export interface SessionQuestion extends SessionOwner {
  readonly requestId: string;
  /** Null: a new one is to begin. */
  readonly sessionId: string | null;
  readonly dialect: string;
  /** Are the messages so far to be told? */
  readonly wantsMessages: boolean;
  /** So long at most it is in the hands of the request. Null: who asks only looks. */
  readonly holdMs: number | null;
}

export type SessionAnswer =
  | {
      readonly kind: "opened";
      readonly id: string;
      readonly hasMessages: boolean;
      /** In their order, each as the text that it is in a request. */
      readonly messages: readonly string[];
    }
  | { readonly kind: "not_found" }
  /** Another request has it. */
  | { readonly kind: "busy" }
  | { readonly kind: "other_dialect"; readonly dialect: string }
  /** There are as many sessions of its user as there may be, or it is as large as one may be. */
  | { readonly kind: "full"; readonly of: "sessions" | "messages" | "bytes"; readonly most: number }
  /** The store does not answer. */
  | { readonly kind: "unknown" };

/** What a request adds to its session. Plain data: it crosses to other threads. */
export interface SessionTurn extends SessionOwner {
  readonly sessionId: string;
  readonly isNew: boolean;
  readonly requestId: string;
  readonly keyId: string;
  readonly createdAt: number;
  readonly dialect: string;
  /** That the client asked for. */
  readonly model: string;
  readonly asked: readonly string[];
  readonly said: readonly string[];
  /** `cut`: the answer did not come to its end. */
  readonly state: "whole" | "cut";
  /** Where the last turn asked the same, it is this one that holds. */
  readonly mayReplace: boolean;
}

/** What a key does with the sessions of its user. Plain data, as it came. */
export type SessionDeed = SessionOwner & {
  /** As whom the audit log tells of it. */
  readonly by: {
    readonly keyId: string;
    readonly publicId: string;
    readonly requestId: string;
    readonly address: string;
    readonly userAgent: string;
  };
} & (
    | { readonly kind: "list"; readonly query: string }
    | { readonly kind: "read" | "remove"; readonly id: string }
    | { readonly kind: "change"; readonly id: string; readonly body: string }
  );

export type DeedAnswer =
  | { readonly kind: "done"; readonly json: string }
  | { readonly kind: "not_found" }
  | { readonly kind: "invalid"; readonly param: string; readonly message: string }
  /** The store does not answer. */
  | { readonly kind: "unknown" };

export interface ChatSessions {
  open(question: SessionQuestion): Awaitable<SessionAnswer>;
  /** Resolves when it is stored, which also gives it back; false where it could not be. */
  keep(turn: SessionTurn): Awaitable<boolean>;
  /** Nothing is added: another request may have it. */
  leave(sessionId: string, requestId: string): Awaitable<void>;
  manage(deed: SessionDeed): Awaitable<DeedAnswer>;
}

/** Where there is nobody who could know. */
export const nobodyKeepsSessions: ChatSessions = {
  open: () => ({ kind: "unknown" }),
  keep: () => false,
  leave: () => undefined,
  manage: () => ({ kind: "unknown" }),
};
