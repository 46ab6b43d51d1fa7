import { GhostError } from "@ghostllm/contract";
import { messagesIn, saidIn } from "@ghostllm/llm";
import type { Dialect, ParsedRequest, ToldAnswer } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { UsageStatus } from "#domain/usage-record.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";

type OpenDeps = Pick<GatewayDeps, "chatSessions" | "events">;

interface Caller {
  readonly exchange: Pick<Exchange, "id" | "startedAt">;
  readonly principal: Principal;
}

interface Opening {
  readonly id: string;
  readonly isNew: boolean;
  readonly continues: boolean;
  readonly dialect: Dialect;
  /** So many messages, its last ones, the request adds. */
  readonly added: number;
}

/** What ended, and how. */
export interface EndedTurn {
  readonly request: ParsedRequest;
  readonly requestedModel: string;
  /** Null where the client was told none. */
  readonly answer: ToldAnswer | null;
  readonly status: UsageStatus;
  readonly httpStatus: number;
}

/** For so long the last byte of an answer waits until it is kept. */
const patienceMs = 2_000;

/** A session in the hands of one request. */
export class OpenSession {
  readonly id: string;
  readonly #deps: OpenDeps;
  readonly #caller: Caller;
  readonly #opening: Opening;
  #isGivenBack = false;

  constructor(deps: OpenDeps, caller: Caller, opening: Opening) {
    this.#deps = deps;
    this.#caller = caller;
    this.#opening = opening;
    this.id = opening.id;
  }

  /** Throws GhostError `invalid_request_error`. */
  checkAsked(): void {
    if (this.#opening.added > 0) return;
    const { member } = this.#opening.dialect.client.conversation;
    const message = `Invalid '${member}': nothing in it is new to the session, since the last message is the model's.`;
    throw new GhostError("invalid_request_error", message, { param: member });
  }

  /** What can have no one place in a conversation. Throws as above. */
  checkRequest({ answers, kept }: ParsedRequest): void {
    const refuse = (why: string): never => {
      throw new GhostError("invalid_request_error", `A session cannot keep this request: ${why}.`, {
        param: "session_id",
      });
    };
    if (answers !== 1) refuse("it asks for several answers at once");
    if (kept?.isBackground === true) refuse("it is answered in the background");
    if (this.#opening.continues && (kept?.references ?? []).length > 0)
      refuse("its vendor is asked to go on with a conversation of its own");
  }

  /** The request has ended: what was said is kept, and the next one may go on. Waited for, but not for long. */
  async keep(ended: EndedTurn): Promise<void> {
    const said = this.#saidIn(ended);
    if (said.length === 0) return this.leave();
    this.#isGivenBack = true;
    const { id: sessionId, isNew, continues, dialect, added } = this.#opening;
    // As they went out: the privacy policy may have changed them.
    const asked = messagesIn(dialect, ended.request.body).slice(-added);
    const { exchange, principal } = this.#caller;
    const { userId, teamId, keyId } = principal;
    const kept = this.#deps.chatSessions.keep({
      ...{ sessionId, isNew, requestId: exchange.id, userId, teamId, keyId, createdAt: exchange.startedAt },
      ...{ dialect: dialect.name, model: ended.requestedModel, asked, said: [...said] },
      ...{ state: ended.status === "ok" ? "whole" : "cut", mayReplace: !continues },
    });
    await within(patienceMs, kept);
  }

  #saidIn({ request, answer, status, httpStatus }: EndedTurn): readonly string[] {
    if (answer === null || httpStatus >= 300) return [];
    try {
      return saidIn(this.#opening.dialect, { ...answer, isWhole: answer.isWhole && status === "ok" }, request);
    } catch (error) {
      this.#deps.events.internalError("session", error);
      return [];
    }
  }

  leave(): void {
    if (this.#isGivenBack) return;
    this.#isGivenBack = true;
    void Promise.resolve(this.#deps.chatSessions.leave(this.id, this.#caller.exchange.id)).catch(() => undefined);
  }
}

async function within(ms: number, work: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([Promise.resolve(work).catch(() => undefined), over]);
  clearTimeout(timer);
}
