// What a client is told of an answer beside what its vendor told: an id, a time and a model where there is none, and calls
// with ids of their own. Every answer that is translated passes here, whole or event by event.

import type { ChatEvent, ChatResult, Part } from "#hub.ts";
import { AnswerToolEvents, readByTool } from "./answer-by-tool.ts";
import type { AnswerTool } from "./answer-by-tool.ts";
import { AnswerCallIds } from "#dialects/names/call-ids.ts";
import type { FittedNames } from "#dialects/names/fitted-names.ts";

/** What is known of an answer before its vendor has said a word. */
export interface AnswerFacts {
  /** Of the client's request. */
  readonly requestId: string;
  /** Epoch seconds. */
  readonly nowSeconds: number;
  /** The model that an answer names, whatever its vendor calls it. */
  readonly toldModel?: string;
  /** Ms since the vendor was asked. */
  readonly elapsedMs?: () => number;
}

export interface ToldContext {
  readonly facts: AnswerFacts;
  readonly askedModel: string;
  readonly idPrefix: string;
  /** Those of the request. */
  readonly callIds: ReadonlySet<string>;
  readonly toolNames: FittedNames;
  readonly answerTool?: AnswerTool;
}

/** What ids of an answer are made of: letters and digits. */
export function idOf({ requestId }: AnswerFacts): string {
  return requestId.replaceAll("-", "");
}

type Head = Pick<ChatResult, "id" | "model" | "createdSeconds">;

/** Larger ones are of milliseconds. */
const mostSeconds = 99_999_999_999;
/** Earlier ones are those of who knows no time: 2001. */
const leastSeconds = 1_000_000_000;

function completeHead<Told extends Head>(told: Told, { facts, askedModel, idPrefix }: ToldContext): Told {
  const seconds = told.createdSeconds > mostSeconds ? Math.floor(told.createdSeconds / 1000) : told.createdSeconds;
  return {
    ...told,
    id: told.id || (facts.requestId && idPrefix + idOf(facts)),
    model: facts.toldModel ?? (told.model || askedModel),
    createdSeconds: seconds > mostSeconds || seconds < leastSeconds ? facts.nowSeconds : seconds,
  };
}

export function completeResult(decoded: ChatResult, context: ToldContext): ChatResult {
  const result = context.answerTool === undefined ? decoded : readByTool(decoded, context.answerTool);
  const ids = new AnswerCallIds(context.callIds, idOf(context.facts));
  const named = (part: Part): Part =>
    part.kind === "tool_call" ? { ...part, id: ids.next(part.id), name: context.toolNames.own(part.name) } : part;
  const choices = result.choices.map((choice) => ({ ...choice, content: choice.content.map(named) }));
  return { ...completeHead(result, context), choices };
}

/** These say nothing that a client could be told before the answer has a beginning. */
const headless: ReadonlySet<ChatEvent["kind"]> = new Set(["start", "usage", "service_tier", "extras", "error"]);

const noStart: Extract<ChatEvent, { kind: "start" }> = { kind: "start", id: "", model: "", createdSeconds: 0 };

/** Of one stream. */
export class EventCompleter {
  readonly #context: ToldContext;
  readonly #ids: AnswerCallIds;
  readonly #answer: AnswerToolEvents | null;
  #isStarted = false;

  constructor(context: ToldContext) {
    this.#context = context;
    this.#answer = context.answerTool === undefined ? null : new AnswerToolEvents(context.answerTool);
    this.#ids = new AnswerCallIds(context.callIds, idOf(context.facts));
  }

  /** The event as it is told, behind a beginning where the vendor wrote none. */
  complete(event: ChatEvent): readonly ChatEvent[] {
    return this.#answer === null
      ? this.#complete(event)
      : this.#answer.read(event).flatMap((told) => this.#complete(told));
  }

  #complete(event: ChatEvent): readonly ChatEvent[] {
    const told = this.#told(event);
    if (this.#isStarted || headless.has(event.kind)) {
      this.#isStarted ||= event.kind === "start";
      return [told];
    }
    this.#isStarted = true;
    return [completeHead(noStart, this.#context), told];
  }

  #told(event: ChatEvent): ChatEvent {
    if (event.kind === "start") return completeHead(event, this.#context);
    if (event.kind !== "tool_call") return event;
    return { ...event, id: this.#ids.next(event.id), name: this.#context.toolNames.own(event.name) };
  }
}
