// Answers gateways what was said in a session, and keeps what is said next. In the main thread, which has the store. Invariant: what is in the
// hands of a request stays there until that has ended, and is free again soon after this process has died.

import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@ghostllm/contract";
import { dialects, titleOfChat } from "@ghostllm/llm";
import type { Dialect } from "@ghostllm/llm";
import type { ControlLog } from "#control/control-log.ts";
import type { AttachmentRow, MessageRow, TurnToAdd } from "#control/store/chats/chat-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Author } from "#domain/audit.ts";
import type { Clock } from "#domain/clock.ts";
import type {
  ChatSessions,
  DeedAnswer,
  SessionAnswer,
  SessionDeed,
  SessionQuestion,
  SessionTurn,
} from "#link/chat-sessions.ts";
import type { ChatTexts } from "./chat-texts.ts";
import { manageChats } from "./manage-chats.ts";
import type { SavedChats } from "./saved-chats.ts";
import { HeldSessions } from "./held-sessions.ts";

/** So that nobody fills the database. */
export interface SessionBounds {
  /** Of one user. */
  readonly sessions: number;
  /** Of one session. */
  readonly messages: number;
  readonly bytes: number;
}

export interface SessionDeskDeps {
  readonly store: Pick<Store, "chats" | "within" | "ping" | "audit">;
  readonly texts: ChatTexts;
  readonly saved: SavedChats;
  readonly clock: Clock;
  readonly log: ControlLog;
  readonly bounds: SessionBounds;
}

/** A client waits for it. */
const patienceMs = 5_000;
/** Who was answered a moment ago may ask again before the session is given back. */
const waitsMs = 2_000;
const lookAgainMs = 50;
/** After so long without the database what was said is given up. */
const triesMs = 60_000;
const pauseMs = 1_000;

type Taker = Pick<SessionQuestion, "requestId" | "teamId"> & { readonly holdMs: number };

export class SessionDesk implements ChatSessions {
  readonly #deps: SessionDeskDeps;
  readonly #held: HeldSessions;
  readonly #stopping = new AbortController();
  readonly #keeping = new Set<Promise<boolean>>();

  constructor(deps: SessionDeskDeps) {
    this.#deps = deps;
    this.#held = new HeldSessions(deps);
  }

  async open(question: SessionQuestion): Promise<SessionAnswer> {
    const { store, log } = this.#deps;
    try {
      return await store.within(patienceMs, () => this.#open(question));
    } catch (error) {
      log.warn({ err: error, requestId: question.requestId }, "Nobody knows what was said in a session");
      return { kind: "unknown" };
    }
  }

  async #open({ sessionId, userId, ...question }: SessionQuestion): Promise<SessionAnswer> {
    const { store, clock, texts, bounds } = this.#deps;
    if (sessionId === null) {
      const most = bounds.sessions;
      if ((await store.chats.count(userId, most)) >= most) return { kind: "full", of: "sessions", most };
      return { kind: "opened", id: newId(clock.now()), hasMessages: false, messages: [] };
    }
    const row = await store.chats.find(sessionId, [{ kind: "user", id: userId }]);
    if (row === undefined || row.teamId !== question.teamId) return { kind: "not_found" };
    if (row.dialect !== question.dialect) return { kind: "other_dialect", dialect: row.dialect };
    const { holdMs } = question;
    const taken = holdMs === null ? "taken" : await this.#take(sessionId, userId, { ...question, holdMs });
    if (taken !== "taken") return { kind: taken };
    try {
      const rows = await store.chats.messages(sessionId);
      const full = fullBy(rows, bounds);
      if (full !== null) {
        await this.leave(sessionId, question.requestId);
        return full;
      }
      const messages = question.wantsMessages ? await texts.openMessages(rows) : [];
      return { kind: "opened", id: sessionId, hasMessages: rows.length > 0, messages };
    } catch (error) {
      await this.leave(sessionId, question.requestId);
      throw error;
    }
  }

  async #take(sessionId: string, userId: string, { requestId, teamId, holdMs }: Taker) {
    const { clock, store } = this.#deps;
    const beganAt = clock.monotonic();
    for (;;) {
      const { kind } = await store.chats.take({
        ...{ sessionId, requestId, userId, teamId },
        until: this.#held.until(),
      });
      if (kind === "taken") this.#held.add(requestId, holdMs);
      if (kind !== "busy" || clock.monotonic() - beganAt > waitsMs) return kind;
      await sleep(lookAgainMs);
    }
  }

  keep(turn: SessionTurn): Promise<boolean> {
    const kept = this.#keep(turn).finally(() => {
      this.#held.remove(turn.requestId);
      this.#keeping.delete(kept);
    });
    this.#keeping.add(kept);
    return kept;
  }

  async #keep(turn: SessionTurn): Promise<boolean> {
    const { store, clock, log } = this.#deps;
    const beganAt = clock.monotonic();
    for (;;) {
      try {
        return await store.within(patienceMs, async () => store.chats.add(await this.#sealed(turn)));
      } catch (error) {
        if (this.#stopping.signal.aborted || clock.monotonic() - beganAt > triesMs) {
          log.error({ err: error, requestId: turn.requestId }, "What was said in a session could not be kept");
          return false;
        }
        await sleep(pauseMs, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async leave(sessionId: string, requestId: string): Promise<void> {
    const { store, log } = this.#deps;
    this.#held.remove(requestId);
    try {
      await store.within(patienceMs, () => store.chats.giveBack(sessionId, requestId));
    } catch (error) {
      log.warn({ err: error, requestId }, "A session is free a little later");
    }
  }

  async manage(deed: SessionDeed): Promise<DeedAnswer> {
    const { store, saved, log } = this.#deps;
    try {
      return await store.within(patienceMs, () => store.audit.by(authorOf(deed), () => manageChats(saved, deed)));
    } catch (error) {
      log.warn({ err: error }, "Saved chats cannot be read or changed now");
      return { kind: "unknown" };
    }
  }

  /** What waits to be kept is tried once more. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#keeping);
    this.#held.close();
  }

  async #sealed(turn: SessionTurn): Promise<TurnToAdd> {
    const { texts } = this.#deps;
    const { sessionId, userId, requestId, model, isNew, dialect, createdAt, keyId: apiKeyId, teamId } = turn;
    const messages: Omit<MessageRow, "turn" | "requestId">[] = [];
    const attachments: AttachmentRow[] = [];
    const told = [
      ...turn.asked.map((text) => ({ text, isSaid: false, state: "whole" }) as const),
      ...turn.said.map((text) => ({ text, isSaid: true, state: turn.state }) as const),
    ];
    for (const { text, ...facts } of told) {
      const id = newId(createdAt + messages.length);
      const [sealed, attached] = await texts.sealMessage(id, userId, text);
      messages.push({ id, ...facts, ...sealed, createdAt });
      attachments.push(...attached);
    }
    const title = isNew ? await texts.sealTitle(sessionId, titleOf(turn)) : null;
    const begins = title === null ? null : { apiKeyId, teamId, title, dialect, createdAt };
    const place = isNew ? 0 : await this.#placeOf(turn);
    return { sessionId, userId, requestId, begins, model, turn: place, messages, attachments };
  }

  /** Who asks the same as last time has another answer to it, in place of that one. */
  async #placeOf({ sessionId, asked, mayReplace }: SessionTurn): Promise<number> {
    const { store, texts } = this.#deps;
    const rows = await store.chats.messages(sessionId, true);
    const last = rows.at(-1)?.turn ?? -1;
    if (!mayReplace || rows.length === 0) return last + 1;
    const before = await texts.openMessages(rows.filter(({ isSaid }) => !isSaid));
    const isSame = before.length === asked.length && before.every((text, place) => text === asked[place]);
    return isSame ? last : last + 1;
  }
}

/** What a turn adds is let in as long as there is room before it. */
function fullBy(rows: readonly MessageRow[], { messages, bytes }: SessionBounds): SessionAnswer | null {
  if (rows.length >= messages) return { kind: "full", of: "messages", most: messages };
  const held = rows.reduce((sum, row) => sum + row.bytes, 0);
  return held >= bytes ? { kind: "full", of: "bytes", most: bytes } : null;
}

function authorOf({ userId, by: { keyId, publicId, ...place } }: SessionDeed): Author {
  return { ...place, actor: { kind: "api_key", id: keyId, name: publicId, userId }, route: null };
}

function titleOf({ dialect: name, asked }: SessionTurn): string {
  const dialect = Object.values<Dialect>(dialects).find((one) => one.name === name);
  return dialect === undefined ? "" : titleOfChat(dialect, asked);
}
