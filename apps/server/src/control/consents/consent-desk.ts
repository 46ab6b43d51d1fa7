// Answers gateways whether a request that a policy holds may go on, by what the store knows. In the main thread, which has the store.

import type { ControlLog } from "#control/control-log.ts";
import type { Store } from "#control/store/store.ts";
import type { ConsentAnswer, ConsentQuestion, Consents } from "#link/consents.ts";
import type { Signals } from "#link/signals.ts";

interface ConsentDeskDeps {
  readonly store: Pick<Store, "consents" | "within">;
  readonly signals: Pick<Signals, "send">;
  readonly log: ControlLog;
}

/** A client waits for it. */
const patienceMs = 5_000;

export class ConsentDesk implements Consents {
  readonly #deps: ConsentDeskDeps;

  constructor(deps: ConsentDeskDeps) {
    this.#deps = deps;
  }

  async ask(question: ConsentQuestion): Promise<ConsentAnswer> {
    const { store, log } = this.#deps;
    try {
      const { isNew = false, ...answer } = await store.within(patienceMs, () => store.consents.ask(question));
      if (answer.kind === "granted" || (answer.kind === "required" && isNew)) this.#tellPages(answer.id, question);
      return answer;
    } catch (error) {
      log.warn({ err: error, requestId: question.requestId }, "Nobody knows whether a held request may go on");
      return { kind: "unknown" };
    }
  }

  async giveBack(id: string, requestId: string): Promise<void> {
    const { store, log } = this.#deps;
    try {
      await store.within(patienceMs, () => store.consents.giveBack(id, requestId));
    } catch (error) {
      log.warn({ err: error, requestId }, "A consent that no vendor was asked by stays used");
    }
  }

  #tellPages(id: string, { userId, teamId }: ConsentQuestion): void {
    const change = { what: "consents", id, userId, teamId };
    // They look again sooner or later.
    void this.#deps.signals.send({ kind: "object_changed", change }).catch(() => undefined);
  }
}
