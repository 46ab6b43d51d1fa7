import { useEffect, useRef } from "react";
import { useApi } from "#api/api.tsx";
import { useKept } from "#parts/kept.tsx";
import { askModel } from "./ask-model.ts";
import { changeReply, isRunning, requestOf, withoutLastReply, withReply } from "./conversation.ts";
import type { Question, Turns } from "./conversation.ts";
import { newReply } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { RequestFields } from "./settings.ts";

interface Way {
  readonly key: string;
  /** One, or two that answer at once. */
  readonly models: readonly string[];
  readonly fields: RequestFields;
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
}

const noTurns: Turns = [];

/** Also where the page was loaded without TLS, in which browsers have no other ids. */
function nextId(): string {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

/** It is found again by who comes back to the page; what runs is ended by whoever leaves it. */
export function useConversation({ key, models, fields }: Way): Conversation {
  const { serverUrl: url } = useApi();
  const [turns, setTurns] = useKept("playground.turns", noTurns);
  const running = useRef(new Map<string, AbortController>());
  const stop = (): void => {
    for (const controller of running.current.values()) controller.abort();
  };
  useEffect(() => {
    const calls = running.current;
    return () => calls.forEach((controller) => controller.abort());
  }, []);
  /** `asked` is the conversation as the model is to know it; others may write into theirs meanwhile. */
  const ask = (asked: Turns, turnId: string, lane: number): void => {
    const model = models[lane] ?? models[0] ?? "";
    const reply = newReply(nextId(), model);
    const controller = new AbortController();
    running.current.set(reply.id, controller);
    setTurns((now) => withReply(now, turnId, lane, reply));
    const request = requestOf({ model, lane, turns: asked, fields });
    void askModel({ url, key, request, signal: controller.signal }, (change) =>
      setTurns((now) => changeReply(now, reply.id, change)),
    ).finally(() => running.current.delete(reply.id));
  };
  return {
    turns,
    isRunning: isRunning(turns),
    stop,
    send(question) {
      const turn = { ...question, id: nextId(), lanes: models.map(() => []) };
      setTurns((now) => [...now, turn]);
      for (const lane of models.keys()) ask([...turns, turn], turn.id, lane);
    },
    sendResults(turnId, lane, { id }, results) {
      const withResults = (now: Turns): Turns => changeReply(now, id, (reply) => ({ ...reply, results }));
      setTurns(withResults);
      ask(withResults(turns), turnId, lane);
    },
    askAgain(turnId, lane) {
      const withoutLast = (now: Turns): Turns => withoutLastReply(now, turnId, lane);
      setTurns(withoutLast);
      ask(withoutLast(turns), turnId, lane);
    },
    clear() {
      stop();
      setTurns(() => noTurns);
    },
  };
}
