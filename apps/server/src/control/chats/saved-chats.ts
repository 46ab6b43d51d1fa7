// Saved chats as their owner reads and changes them, through the admin API and with his keys.

import { dialects, readMessage } from "@ghostllm/llm";
import type { Dialect } from "@ghostllm/llm";
import { writeCursor } from "#control/store/cursors.ts";
import type { ChatQuery, ChatRow, MessageRow } from "#control/store/chats/chat-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { ApiChat, ApiChatList, ApiChatWithMessages, ApiMessage, ExportedMessage } from "./told-chats.ts";
import type { ChatTexts } from "./chat-texts.ts";

export interface ChatOwner {
  readonly userId: string;
  /** Whose keys he comes by; absent: he has signed in, and all teams' are his. */
  readonly teamId?: string | null;
}

export interface ChatListQuery {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly archived?: boolean | undefined;
  readonly q?: string | undefined;
}

export interface ChatUpdate {
  readonly title?: string | undefined;
  readonly archived?: boolean | undefined;
}

interface OpenChat {
  readonly chat: ApiChat;
  readonly messages: AsyncGenerator<ExportedMessage>;
}

interface SavedChatsOptions {
  readonly store: Pick<Store, "chats">;
  readonly texts: ChatTexts;
}

/** For words, titles must be opened. */
const mostLookedThrough = 2_000;
const rowsAtOnce = 100;

const reachOf = ({ userId }: ChatOwner): Reach => [{ kind: "user", id: userId }];
const toTime = (at: number): string => new Date(at).toISOString();
const cursorOf = ({ updatedAt, id }: ChatRow): string => writeCursor({ value: updatedAt, id });

export class SavedChats {
  readonly #options: SavedChatsOptions;

  constructor(options: SavedChatsOptions) {
    this.#options = options;
  }

  async list(owner: ChatOwner, { limit, after, archived, q = "" }: ChatListQuery): Promise<ApiChatList> {
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const found: { readonly row: ChatRow; readonly chat: ApiChat }[] = [];
    const narrowed: Partial<ChatQuery> = {
      ...(archived !== undefined && { isArchived: archived }),
      ...(owner.teamId !== undefined && { teamId: owner.teamId }),
    };
    let place = after;
    for (let looked = 0; looked < mostLookedThrough; looked += rowsAtOnce) {
      const page: ChatQuery = { limit: rowsAtOnce, ...narrowed, ...(place !== undefined && { after: place }) };
      const rows = await this.#options.store.chats.list(page, reachOf(owner));
      for (const row of rows) {
        const chat = await this.#toApi(row);
        if (words.every((word) => chat.title.toLowerCase().includes(word))) found.push({ row, chat });
        if (found.length > limit) break;
      }
      const last = rows.at(-1);
      if (found.length > limit || last === undefined || rows.length < rowsAtOnce) break;
      place = cursorOf(last);
    }
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      data: shown.map(({ chat }) => chat),
      next: found.length > limit && last !== undefined ? cursorOf(last.row) : null,
    };
  }

  /** Undefined where there is none of his. */
  async find(owner: ChatOwner, id: string): Promise<ApiChatWithMessages | undefined> {
    const row = await this.#find(owner, id);
    return row && { ...(await this.#toApi(row)), messages: await this.#messagesOf(row) };
  }

  /** Undefined where there is none of his. Messages are opened one by one, as they are asked for. */
  async open(owner: ChatOwner, id: string): Promise<OpenChat | undefined> {
    const row = await this.#find(owner, id);
    return row && { chat: await this.#toApi(row), messages: this.#opened(row) };
  }

  async *#opened({ id, dialect: name }: ChatRow): AsyncGenerator<ExportedMessage> {
    const { store, texts } = this.#options;
    const dialect = dialectNamed(name);
    if (dialect === undefined) return;
    for (const row of await store.chats.messages(id)) {
      const [written = "null"] = await texts.openMessages([row]);
      yield { written, told: toApiMessage(row, dialect, written) };
    }
  }

  async change(owner: ChatOwner, id: string, { title, archived }: ChatUpdate): Promise<ApiChat | undefined> {
    if ((await this.#find(owner, id)) === undefined) return undefined;
    const { store, texts } = this.#options;
    const change = {
      ...(title !== undefined && { title: await texts.sealTitle(id, title) }),
      ...(archived !== undefined && { isArchived: archived }),
    };
    const row = await store.chats.change(id, change, reachOf(owner));
    return row && this.#toApi(row);
  }

  async remove(owner: ChatOwner, id: string): Promise<boolean> {
    if ((await this.#find(owner, id)) === undefined) return false;
    return this.#options.store.chats.remove(id, reachOf(owner));
  }

  async #find(owner: ChatOwner, id: string): Promise<ChatRow | undefined> {
    const row = await this.#options.store.chats.find(id, reachOf(owner));
    return row === undefined || (owner.teamId !== undefined && owner.teamId !== row.teamId) ? undefined : row;
  }

  async #messagesOf(row: ChatRow): Promise<ApiMessage[]> {
    const messages: ApiMessage[] = [];
    for await (const { told } of this.#opened(row)) messages.push(told);
    return messages;
  }

  async #toApi(row: ChatRow): Promise<ApiChat> {
    return {
      ...{ object: "chat_session", id: row.id, user_id: row.userId, team_id: row.teamId },
      title: await this.#options.texts.openTitle(row),
      ...{ model: row.model, dialect: row.dialect },
      ...{ created_at: toTime(row.createdAt), updated_at: toTime(row.updatedAt), archived: row.isArchived },
    };
  }
}

function dialectNamed(name: string): Dialect | undefined {
  return Object.values<Dialect>(dialects).find((one) => one.name === name);
}

function toApiMessage(row: MessageRow, dialect: Dialect, message: string): ApiMessage {
  const { calls, results, media, ...told } = readMessage(dialect, message);
  return {
    ...{ id: row.id, request_id: row.requestId, turn: row.turn, ...told },
    tool_calls: calls.map((call) => ({ ...call })),
    tool_results: results.map((result) => ({ ...result })),
    media: media.map((one) => ({ ...one })),
    ...{ state: row.state, created_at: toTime(row.createdAt) },
  };
}
