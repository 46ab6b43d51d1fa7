// What the store has of conversations: sealed, so that it knows nothing of what they say. What is older than stored prompts are kept is found by
// nobody, also while it is not removed yet.

import type { Reach } from "#domain/access/may.ts";
import type { SessionOwner } from "#link/chat-sessions.ts";

export interface SealedText {
  readonly content: string;
  /** By which it opens. */
  readonly contentKeyId: string;
}

export interface ChatRow {
  readonly id: string;
  readonly userId: string;
  readonly apiKeyId: string;
  readonly teamId: string | null;
  readonly title: SealedText;
  readonly model: string;
  readonly dialect: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly isArchived: boolean;
}

export type MessageState = "whole" | "cut";

export interface MessageRow extends SealedText {
  readonly id: string;
  readonly turn: number;
  readonly requestId: string;
  /** By the model. */
  readonly isSaid: boolean;
  readonly state: MessageState;
  readonly attachments: readonly string[];
  readonly bytes: number;
  readonly createdAt: number;
}

export interface AttachmentRow extends SealedText {
  readonly id: string;
  readonly bytes: number;
}

export interface TurnToAdd {
  readonly sessionId: string;
  readonly userId: string;
  readonly requestId: string;
  /** Null: it is there already, in the hands of the request. */
  readonly begins: Omit<ChatRow, "id" | "userId" | "model" | "updatedAt" | "isArchived"> | null;
  readonly model: string;
  readonly turn: number;
  readonly messages: readonly Omit<MessageRow, "turn" | "requestId">[];
  /** All that the messages name. */
  readonly attachments: readonly AttachmentRow[];
}

export interface ChatQuery {
  readonly limit: number;
  readonly after?: string;
  readonly isArchived?: boolean;
  /** Null: of none. */
  readonly teamId?: string | null;
}

export interface ChatChange {
  readonly title?: SealedText;
  readonly isArchived?: boolean;
}

export interface Taking extends SessionOwner {
  readonly sessionId: string;
  readonly requestId: string;
  /** Epoch ms. */
  readonly until: number;
}

export type Taken = { readonly kind: "taken" | "not_found" | "busy" };

export interface ChatStore {
  /** For how long they are kept after the last word. 0: none are. */
  readonly days: number;
  /** Into the hands of one request. */
  take(taking: Taking): Promise<Taken>;
  /** Those of these requests stay in their hands until then. */
  holdOn(requestIds: readonly string[], until: number): Promise<void>;
  giveBack(sessionId: string, requestId: string): Promise<void>;
  /** False: it is not there any more, or its user is erased. What has the same turn goes. */
  add(turn: TurnToAdd): Promise<boolean>;
  list(query: ChatQuery, reach: Reach): Promise<readonly ChatRow[]>;
  /** How many somebody has, up to so many. */
  count(userId: string, most: number): Promise<number>;
  find(id: string, reach: Reach): Promise<ChatRow | undefined>;
  /** In their order; of the last turn alone, where that is asked for. */
  messages(sessionId: string, ofLastTurn?: boolean): Promise<readonly MessageRow[]>;
  attachments(ids: readonly string[]): Promise<readonly AttachmentRow[]>;
  change(id: string, change: ChatChange, reach: Reach): Promise<ChatRow | undefined>;
  /** With all that nothing else names. */
  remove(id: string, reach: Reach): Promise<boolean>;
  /** Removes so many at most that are older than they are kept. Answers how many. */
  forget(most: number): Promise<number>;
}
