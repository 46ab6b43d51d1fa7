import { useEffect, useMemo, useRef } from "react";
import { useApi } from "#api/api.tsx";
import { ChatChannel } from "#connect/chat-channel.ts";
import type { ChatRequest } from "#connect/chat-code.ts";
import { useKept } from "#parts/kept.tsx";
import { askModel } from "./ask-model.ts";
import { changeReply, continued, isRunning, requestOf, withoutLastReply, withReply } from "./conversation.ts";
import type { Question, Turns } from "./conversation.ts";
import { isKept, newReply } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { RequestFields } from "./settings.ts";

interface Way {
  readonly key: string;
  /** One, or two that answer at once. */
  readonly models: readonly string[];
  readonly fields: RequestFields;
  /** Null: nothing of it is saved. */
  readonly saving: Saving | null;
}

export interface Saving {
  /** Null: another one is to begin. */
  readonly id: string | null;
  /** Which it is, when something of it is kept. */
  readonly onKept: (id: string) => void;
}

export interface Conversation {
  readonly turns: Turns;
  readonly isRunning: boolean;
  send(question: Question): void;
  /** What the tools said that a reply has asked for. */
  sendResults(turnId: string, lane: number, reply: Reply, results: readonly string[]): void;
  /** In place of the last reply, of the model that is chosen now. */
  askAgain(turnId: string, lane: number): void;
  /** Ends what runs; what has come stays. */
  stop(): void;
  clear(): void;
  /** In place of this one. */
  open(turns: Turns): void;
}

const noTurns: Turns = [];

/** Also where the page was loaded without TLS, in which browsers have no other ids. */
function nextId(): string {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

/** Who is asked again is told everything, so that what is new takes the place of what was answered before. */
function saved(request: ChatRequest, saving: Saving | null, isAgain: boolean): ChatRequest {
  if (saving === null) return request;
  if (saving.id === null) return { ...request, session_id: "new" };
  return isAgain ? { ...request, session_id: saving.id } : continued(request, saving.id);
}

type ChangeTurns = (change: (now: Turns) => Turns) => void;

/** How models are asked; what runs is ended by whoever leaves the page. */
function useAsking({ key, models, fields, saving }: Way, setTurns: ChangeTurns) {
  const { serverUrl: url } = useApi();
  const channel = useMemo(() => new ChatChannel({ url, key }), [url, key]);
  useEffect(() => () => channel.close(), [channel]);
  const running = useRef(new Map<string, AbortController>());
  const stop = (): void => {
    for (const controller of running.current.values()) controller.abort();
  };
  useEffect(() => {
    const calls = running.current;
    return () => calls.forEach((controller) => controller.abort());
  }, []);
  /** `asked` is the conversation as the model is to know it; others may write into theirs meanwhile. */
  const ask = (asked: Turns, turnId: string, lane: number, isAgain = false): void => {
    const model = models[lane] ?? models[0] ?? "";
    const reply = newReply(nextId(), model);
    const controller = new AbortController();
    running.current.set(reply.id, controller);
    setTurns((now) => withReply(now, turnId, lane, reply));
    const request = saved(requestOf({ model, lane, turns: asked, fields }), saving, isAgain);
    let latest = reply;
    const tell = (change: (reply: Reply) => Reply): void => {
      latest = change(latest);
      setTurns((now) => changeReply(now, reply.id, change));
    };
    void askModel({ url, key, request, signal: controller.signal, channel }, tell).finally(() => {
      running.current.delete(reply.id);
      if (latest.sessionId !== null && isKept(latest)) saving?.onKept(latest.sessionId);
    });
  };
  return { ask, stop };
}

/** It is found again by who comes back to the page. */
export function useConversation(way: Way): Conversation {
  const [turns, setTurns] = useKept("playground.turns", noTurns);
  const { ask, stop } = useAsking(way, setTurns);
  return {
    turns,
    isRunning: isRunning(turns),
    stop,
    send(question) {
      const turn = { ...question, id: nextId(), lanes: way.models.map(() => []) };
      setTurns((now) => [...now, turn]);
      for (const lane of way.models.keys()) ask([...turns, turn], turn.id, lane);
    },
    sendResults(turnId, lane, { id }, results) {
      const withResults = (now: Turns): Turns => changeReply(now, id, (reply) => ({ ...reply, results }));
      setTurns(withResults);
      ask(withResults(turns), turnId, lane);
    },
    askAgain(turnId, lane) {
      const withoutLast = (now: Turns): Turns => withoutLastReply(now, turnId, lane);
      setTurns(withoutLast);
      ask(withoutLast(turns), turnId, lane, true);
    },
    open(opened) {
      stop();
      setTurns(() => opened);
    },
    clear() {
      stop();
      setTurns(() => noTurns);
    },
  };
}
