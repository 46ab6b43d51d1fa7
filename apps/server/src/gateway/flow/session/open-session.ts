// A request that goes on with a conversation which is kept. Called by the endpoints, before the request is read: with what was said
// before put in, all behind it (the privacy policy, limits, budgets, the cache) sees what a client would have sent that keeps it itself.
// Invariant: whoever has a session gives it back, however the request ends.

import { GhostError } from "@ghostllm/contract";
import { JsonExtent, behindLastSaid, messagesIn, withMessages } from "@ghostllm/llm";
import type { Dialect, Operation } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { SessionAnswer } from "#link/chat-sessions.ts";
import { notOfSessions, readSessionWish, sessionHeader } from "./own-fields.ts";
import type { SessionWish } from "./own-fields.ts";
import { OpenSession } from "./session-turn.ts";

/** What is only estimated takes nothing. */
export type Purpose = "answer" | "estimate";

export type SessionDeps = Pick<GatewayDeps, "chatSessions" | "contents" | "limits" | "timeouts" | "events">;

interface Caller {
  readonly exchange: Exchange;
  readonly principal: Principal;
}

interface AskedBody {
  readonly dialect: Dialect;
  readonly operation: Operation;
  readonly body: Buffer;
  readonly purpose?: Purpose;
}

/** A reservation outlives its request by as much. */
const marginMs = 60_000;

export interface Opened {
  readonly session: OpenSession;
  /** Of the whole request, without our fields. */
  readonly body: Buffer;
}

/** For a request that names one. Throws GhostError. */
export async function openSession(deps: SessionDeps, caller: Caller, asked: AskedBody): Promise<Opened> {
  checkMayKeep(deps, caller, asked);
  const wish = readSessionWish(caller.exchange, asked.body);
  const own = messagesIn(asked.dialect, wish.body);
  const { id, hasMessages, messages } = await ask(deps, caller, asked, wish);
  const session = new OpenSession(deps, caller, {
    ...{ id, isNew: wish.id === null, continues: wish.continues, dialect: asked.dialect },
    added: (wish.continues || !hasMessages ? own : behindLastSaid(asked.dialect, own)).length,
  });
  try {
    session.checkAsked();
    // Of a new one that is only estimated there will be none of this id.
    if (asked.purpose !== "estimate") caller.exchange.outlet.addHeaders({ [sessionHeader]: id });
    return { session, body: whole(deps, caller, { asked, wish, messages: [...messages, ...own] }) };
  } catch (error) {
    session.leave();
    throw error;
  }
}

function checkMayKeep({ contents }: SessionDeps, { principal }: Caller, { operation }: AskedBody): void {
  if (operation !== "chat.completions") throw notOfSessions(operation);
  if (contents === null || principal.storePrompts !== "request_and_answer") {
    const message = `Sessions keep what is said, and the policy of the key ${principal.publicId} does not let prompts and answers be stored (store_prompts).`;
    throw new GhostError("permission_denied", message);
  }
  if (principal.namedBy !== undefined && principal.permissions.actsFor === "any") {
    const message = "A session belongs to a user, and this key acts for whoever is named: it can keep none.";
    throw new GhostError("permission_denied", message);
  }
}

type OpenedAnswer = Extract<SessionAnswer, { readonly kind: "opened" }>;

async function ask(
  { chatSessions, timeouts }: SessionDeps,
  { exchange, principal }: Caller,
  { dialect, purpose = "answer" }: AskedBody,
  { id, continues }: SessionWish,
): Promise<OpenedAnswer> {
  const { userId, teamId } = principal;
  const holdMs = purpose === "answer" ? timeouts.totalMs + marginMs : null;
  const answer = await chatSessions.open({
    ...{ requestId: exchange.id, sessionId: id, userId, teamId, dialect: dialect.name },
    ...{ wantsMessages: continues, holdMs },
  });
  if (answer.kind === "opened") return answer;
  throw refusalOf(answer, id ?? "");
}

function refusalOf(answer: Exclude<SessionAnswer, OpenedAnswer>, id: string): GhostError {
  switch (answer.kind) {
    case "not_found":
      return new GhostError("not_found", `There is no session ${id} of this user that this key may go on with.`, {
        param: "session_id",
      });
    case "busy":
      return new GhostError("conflict", `The session ${id} is being asked something: send this when it is answered.`, {
        retryAfterSeconds: 1,
      });
    case "other_dialect": {
      const message = `The session ${id} was begun in another form of chats (${answer.dialect}): go on with it there. What vendors seal in answers cannot be told in this one.`;
      return new GhostError("conflict", message, { param: "session_id" });
    }
    case "full":
      return new GhostError("conflict", fullWords[answer.of](answer.most), { param: "session_id" });
    case "unknown":
      return new GhostError("service_unavailable", "Sessions cannot be read at the moment.", { retryAfterSeconds: 5 });
  }
}

const fullWords: Readonly<Record<"sessions" | "messages" | "bytes", (most: number) => string>> = {
  sessions: (most) =>
    `This user has ${most} sessions, as many as there may be: delete some, or let them end with their time.`,
  messages: (most) => `The session has ${most} messages, as many as one may have: begin a new one.`,
  bytes: (most) => `The session holds ${most} bytes, as many as one may hold: begin a new one.`,
};

interface Parts {
  readonly asked: AskedBody;
  readonly wish: SessionWish;
  readonly messages: readonly string[];
}

function whole({ limits }: SessionDeps, { exchange }: Caller, { asked, wish, messages }: Parts): Buffer {
  if (!wish.continues) return wish.body;
  const body = withMessages(asked.dialect, wish.body, messages);
  if (body.length > limits.bodyBytes) {
    const message = `With what was said before in its session the request is larger than ${limits.bodyBytes} bytes: begin a new one.`;
    throw new GhostError("request_too_large", message);
  }
  exchange.held.require(body.length);
  // As a body that comes whole.
  if (new JsonExtent({ depth: Infinity, values: limits.bodyValues }).push(body) !== null) {
    const message = `With what was said before in its session the request holds more than ${limits.bodyValues} values: begin a new one.`;
    throw new GhostError("invalid_request_error", message, { param: "session_id" });
  }
  return body;
}
