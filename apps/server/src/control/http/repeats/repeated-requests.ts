// Requests that are sent with an Idempotency-Key: what has been carried out is not carried out again, and is answered as it was. Called by
// control/http/answer-route.ts. Invariant: the answer is stored in the transaction of what it tells of, so that a server that is killed
// leaves both or neither (docs/decisions/0044).

import { GhostError, newId } from "@ghostllm/contract";
import { z } from "zod";
import { UnsealError, type Encryption } from "#control/encryption/encryption.ts";
import type { InstanceRegistry } from "#control/instances/registry.ts";
import type { IdempotencyKey, KnownKey } from "#control/store/units/idempotency-keys.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import type { Actor } from "#domain/access/actor.ts";
import { AnswerSeal, hashOf } from "./sealed-answers.ts";

export interface Answered {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  readonly etag: string | null;
}

export interface Repeatable {
  readonly key: string;
  readonly actor: Actor;
  /** All that makes it another one. */
  readonly request: string;
}

export interface RepeatDeps {
  readonly store: Pick<Store, "units" | "idempotencyKeys">;
  readonly encryption: Encryption;
  readonly registry: Pick<InstanceRegistry, "instance" | "list" | "isAlive">;
  readonly clock: Pick<Clock, "now">;
}

/** Whoever has not answered by then never will: what it does meanwhile is not stored. */
const longestMs = 120_000;
const attempts = 3;

const kept = z.object({ status: z.int(), body: z.string(), etag: z.string().nullable() });

type Claim = Pick<IdempotencyKey, "keyHash" | "token">;

export class RepeatedRequests {
  readonly #deps: RepeatDeps;

  constructor(deps: RepeatDeps) {
    this.#deps = deps;
  }

  /** `isRepeated`: the answer is that of before, and nothing was done. */
  async answer(asked: Repeatable, run: () => Promise<Answered>): Promise<Answered & { readonly isRepeated: boolean }> {
    const caller = callerOf(asked.actor);
    const keyHash = hashOf(caller, asked.key);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const known = await this.#deps.store.idempotencyKeys.find(keyHash);
      const answered =
        known === undefined ? await this.#begin({ keyHash, caller }, asked, run) : await this.#again(known, asked, run);
      if (answered !== null) return answered;
    }
    throw stillRunning();
  }

  /** Null where somebody else was faster. */
  async #begin(
    row: Pick<IdempotencyKey, "keyHash" | "caller">,
    { key, request }: Repeatable,
    run: () => Promise<Answered>,
  ) {
    const { store, encryption, registry } = this.#deps;
    const { seal, sealed } = await AnswerSeal.make(encryption, key, row.keyHash);
    const claim = { ...row, token: newId(), instance: registry.instance.id, keySealed: sealed };
    const isOurs = await store.idempotencyKeys.add({ ...claim, fingerprint: seal.fingerprint(request) });
    return isOurs ? this.#carryOut(claim, seal, run) : null;
  }

  async #again(known: KnownKey, { key, request }: Repeatable, run: () => Promise<Answered>) {
    const { store, registry } = this.#deps;
    const seal = await this.#open(known, key);
    if (seal.fingerprint(request) !== known.fingerprint) throw otherRequest();
    if (known.answerSealed !== null)
      return { ...kept.parse(JSON.parse(seal.open(known.answerSealed))), isRepeated: true };
    if (await this.#isRunning(known)) throw stillRunning();
    const claim = { keyHash: known.keyHash, token: newId(), instance: registry.instance.id };
    return (await store.idempotencyKeys.takeOver(known, claim)) ? this.#carryOut(claim, seal, run) : null;
  }

  async #open({ keyHash, keySealed }: KnownKey, key: string): Promise<AnswerSeal> {
    try {
      return await AnswerSeal.open(this.#deps.encryption, keySealed, key, keyHash);
    } catch (cause) {
      if (!(cause instanceof UnsealError)) throw cause;
      const message = "What was answered cannot be read any more: ENCRYPTION_KEY is another one. Look what came of it";
      throw new GhostError("conflict", message, { param: "Idempotency-Key", cause });
    }
  }

  async #isRunning({ instance, claimedAt }: KnownKey): Promise<boolean> {
    const { registry, clock } = this.#deps;
    if (clock.now() - claimedAt > longestMs) return false;
    return (await registry.list()).some((one) => one.id === instance && registry.isAlive(one));
  }

  async #carryOut(claim: Claim, seal: AnswerSeal, run: () => Promise<Answered>) {
    const { idempotencyKeys, units } = this.#deps.store;
    try {
      return await units.together(async () => {
        const answered = await run();
        const isKept = await idempotencyKeys.keepAnswer(claim, seal.close(JSON.stringify(answered)));
        // Somebody who took us for dead has taken over: nothing of this one is stored. Who has erased himself has no keys any more.
        if (!isKept && (await idempotencyKeys.find(claim.keyHash)) !== undefined) throw stillRunning();
        return { ...answered, isRepeated: false };
      });
    } catch (error) {
      // Nothing was changed, so that it may be sent again, also as another one. Where this fails, it may so in a while.
      await idempotencyKeys.giveBack(claim).catch(() => undefined);
      throw error;
    }
  }
}

/** A session that was renewed is the same caller. */
function callerOf({ known: { kind, id } }: Actor): string {
  return `${kind}:${id ?? ""}`;
}

function stillRunning(): GhostError {
  const message =
    "The request that was sent with this Idempotency-Key is still being carried out: ask again in a moment";
  return new GhostError("idempotency_key_in_use", message, { param: "Idempotency-Key", retryAfterSeconds: 1 });
}

function otherRequest(): GhostError {
  const message = "Another request was sent with this Idempotency-Key: use a new key for each request";
  return new GhostError("idempotency_key_reused", message, { param: "Idempotency-Key" });
}
