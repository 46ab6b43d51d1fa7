// The second factor: codes of an authenticator app (TOTP, RFC 6238), and codes for whoever has lost it. Called where somebody signs in
// with a password, and by the resource that sets it up. Invariant: a code counts once, at whatever instance.

import { hash, randomBytes } from "node:crypto";
import { GhostError } from "@ghostllm/contract";
import { Secret as TotpSecret, TOTP } from "otpauth";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import { Secret } from "#domain/secret.ts";
import { Damper } from "./damper.ts";

interface SecondFactorOptions {
  readonly store: Pick<Store, "secondFactors">;
  readonly encryption: Encryption;
  readonly clock: Clock;
}

/** What an app is told. */
export interface NewSecondFactor {
  readonly secret: Secret;
  /** For a picture that the app reads. */
  readonly uri: Secret;
}

const periodSeconds = 30;
/** Of periods before and behind the present one: clocks differ, and people type slowly. */
const tolerance = 1;
const secretBytes = 20;
const recoveryCodes = 10;
const recoveryBytes = 10;
/** Wrong codes that an account takes before who tries more must wait: they come from whoever knows its password. */
const freeFailures = 10;

export class SecondFactor {
  readonly #options: SecondFactorOptions;
  readonly #failures: Damper;

  constructor(options: SecondFactorOptions) {
    this.#options = options;
    this.#failures = new Damper({ free: freeFailures, capacity: 10_000, clock: options.clock });
  }

  async isWanted(userId: string): Promise<boolean> {
    return ((await this.#options.store.secondFactors.find(userId))?.confirmedAt ?? null) !== null;
  }

  /** Rejects with GhostError where there is one already. */
  async begin({ id, email }: { readonly id: string; readonly email: string }): Promise<NewSecondFactor> {
    const { store, encryption } = this.#options;
    const secret = new TotpSecret({ size: secretBytes });
    const sealed = await encryption.seal(new Secret(secret.base32), factorBinding(id));
    if (!(await store.secondFactors.begin(id, sealed)))
      throw new GhostError("conflict", "There is a second factor already: remove it before you set up another one");
    return { secret: new Secret(secret.base32), uri: new Secret(totpOf(secret.base32, email).toString()) };
  }

  /** Answers the recovery codes. Rejects with GhostError where the code is wrong. */
  async confirm(userId: string, code: string): Promise<readonly Secret[]> {
    const { store } = this.#options;
    const step = await this.#stepOf(userId, code);
    const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
    const isConfirmed = step !== null && (await store.secondFactors.confirm(userId, step, codes.map(hashOf)));
    if (!isConfirmed) throw new GhostError("invalid_request_error", wrongCode, { param: "code" });
    return codes.map((one) => new Secret(one));
  }

  /** Rejects with `rate_limit_exceeded` after many wrong ones. */
  async isRight(userId: string, code: string): Promise<boolean> {
    const waitMs = this.#failures.waitMs(userId);
    if (waitMs > 0) {
      const retryAfterSeconds = Math.ceil(waitMs / 1000);
      throw new GhostError("rate_limit_exceeded", `Too many wrong codes: wait ${retryAfterSeconds} s`, {
        retryAfterSeconds,
      });
    }
    // Until it is known to be right: several at once are not judged before the first has failed.
    this.#failures.fail(userId);
    const isRight = await this.#counts(userId, code);
    if (isRight) this.#failures.succeed(userId);
    return isRight;
  }

  async #counts(userId: string, code: string): Promise<boolean> {
    const { secondFactors } = this.#options.store;
    if (!/^\s*\d{3}\s?\d{3}\s*$/.test(code)) return secondFactors.useRecoveryCode(userId, hashOf(code));
    const step = await this.#stepOf(userId, code);
    return step !== null && secondFactors.useStep(userId, step);
  }

  /** The period that a code is of; null where it is wrong. */
  async #stepOf(userId: string, code: string): Promise<number | null> {
    const { store, encryption, clock } = this.#options;
    const found = await store.secondFactors.find(userId);
    if (found === undefined) return null;
    const secret = (await encryption.open(found.secretEncrypted, factorBinding(userId))).reveal();
    const timestamp = clock.now();
    const delta = totpOf(secret, userId).validate({ token: code.replaceAll(/\s/g, ""), timestamp, window: tolerance });
    return delta === null ? null : Math.floor(timestamp / 1000 / periodSeconds) + delta;
  }
}

export const wrongCode = "The code is wrong, or was used already: wait for the next one";

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: "GhostLLM", label, period: periodSeconds, secret: TotpSecret.fromBase32(secret) });
}

/** Of its secret. */
export function factorBinding(userId: string): string {
  return `second factor of ${userId}`;
}

/** Eighty bits, in groups that can be typed. */
function newRecoveryCode(): string {
  const text = new TotpSecret({ buffer: new Uint8Array(randomBytes(recoveryBytes)).buffer }).base32.toLowerCase();
  return (text.match(/.{4}/g) ?? []).join("-");
}

function hashOf(code: string): string {
  return hash("sha256", code.toLowerCase().replaceAll(/[\s-]/g, ""));
}
