// Of whom a second factor is asked, as the configuration has it. A passkey is one, and so is the code of an app. Who comes by an issuer
// shows what that asks for. Invariant: whoever knows the password alone adds no factor beside one that there is.

import { GhostError } from "@ghostllm/contract";
import type { Grants } from "@ghostllm/contract";
import type { SessionRow } from "#control/store/session-store.ts";
import type { Store } from "#control/store/store.ts";
import { administers } from "#domain/access/roles.ts";

export type DemandedOf = "none" | "admins" | "all";

type Factor = "app" | "passkey";

interface FactorDemandOptions {
  readonly store: Pick<Store, "roles" | "secondFactors" | "passkeys" | "sessions">;
  /** As the configuration has it now. */
  readonly of: () => DemandedOf;
}

export class FactorDemand {
  readonly #options: FactorDemandOptions;

  constructor(options: FactorDemandOptions) {
    this.#options = options;
  }

  /** Is it too little for this session that its user knows his password? */
  isTooLittle({ method, hasFactor }: SessionRow, grants: Grants): boolean {
    return method === "password" && !hasFactor && this.#isOf(grants);
  }

  async isOf(userId: string): Promise<boolean> {
    const { store, of } = this.#options;
    if (of() === "none") return false;
    return this.#isOf((await store.roles.standing(userId))?.grants ?? {});
  }

  async factorsOf(userId: string): Promise<readonly Factor[]> {
    const { secondFactors, passkeys } = this.#options.store;
    const app = await secondFactors.find(userId);
    const hasApp = app !== undefined && app.confirmedAt !== null;
    const hasPasskey = (await passkeys.list(userId)).length > 0;
    return [...(hasApp ? (["app"] as const) : []), ...(hasPasskey ? (["passkey"] as const) : [])];
  }

  /** Rejects where somebody would add one in a session that has not shown the one that he has. */
  async refusePast(userId: string, sessionId: string): Promise<void> {
    const session = await this.#options.store.sessions.find(sessionId);
    if (session === undefined || session.method !== "password" || session.hasFactor) return;
    const factors = await this.factorsOf(userId);
    const isPast = factors.includes("app") || (factors.length > 0 && (await this.isOf(userId)));
    if (isPast)
      throw new GhostError(
        "permission_denied",
        "This session was begun without the second factor that you have: sign in with it first",
      );
  }

  /** Rejects where somebody of whom one is asked would have none. `left`: those that he has when it is gone. */
  async refuseNone(userId: string, left: readonly Factor[]): Promise<void> {
    if (left.length > 0 || !(await this.isOf(userId))) return;
    throw new GhostError("conflict", "A second factor is asked of you, and this is the only one: set up another first");
  }

  #isOf(grants: Grants): boolean {
    const of = this.#options.of();
    return of === "all" || (of === "admins" && administers(grants));
  }
}
