// Signing in with e-mail and password. Called by the resource `sessions` and by the guard of the admin plane.
// Invariant: a wrong password and an unknown user cannot be told apart, by the answer or by the time it takes.

import { GhostError } from "@ghostllm/contract";
import type { Store, UserRow } from "#control/store/store.ts";
import type { Session } from "#domain/access/actor.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import { verifyPassword } from "./passwords.ts";
import { SignInDamper } from "./sign-in-damper.ts";
import { createSessionTokens, passwordStamp } from "./tokens.ts";
import type { IssuedToken } from "./tokens.ts";

export interface Attempt {
  readonly email: string;
  readonly password: string;
  readonly address: string;
}

export interface Sessions {
  signIn(attempt: Attempt): Promise<IssuedToken & { readonly user: UserRow }>;
  /** The user as the store has him now; null where the token is no valid session. */
  verify(token: string): Promise<VerifiedSession | null>;
  /** From now on its token is no valid session, here or at any other server of this database. */
  signOut(session: Session): Promise<void>;
}

export interface VerifiedSession {
  readonly user: UserRow;
  readonly session: Session;
}

interface SessionsOptions {
  readonly store: Pick<Store, "credentials" | "endedSessions">;
  readonly secret: Secret;
  readonly clock: Clock;
  /** By which sessions end. */
  readonly steadyTime: SteadyTime;
}

const wrong = "The e-mail address or the password is wrong";

/** bcrypt occupies a thread of the pool that files are written with too, so only few run at once. */
const concurrentChecks = 2;
const waitingChecks = 20;

export function createSessions({ store, secret, clock, steadyTime }: SessionsOptions): Sessions {
  const tokens = createSessionTokens({ secret, steadyTime });
  const damper = new SignInDamper({ clock });
  const check = boundConcurrency(verifyPassword);

  return {
    async signIn({ email, password, address }) {
      const attempt = await damper.begin(email, address);
      try {
        const credentials = await store.credentials.find({ email });
        const isRight = await check(password, credentials?.passwordHash ?? null);
        if (!isRight || credentials === undefined) throw new GhostError("invalid_api_key", wrong);
        attempt.succeeded();
        return { ...(await tokens.issue(credentials)), user: credentials.user };
      } catch (error) {
        if (error instanceof GhostError && error.code === "invalid_api_key") attempt.failed();
        else attempt.undone();
        throw error;
      } finally {
        attempt.ended();
      }
    },
    async verify(token) {
      const claims = await tokens.verify(token);
      if (claims === null || (await store.endedSessions.has(claims.session.id))) return null;
      const credentials = await store.credentials.find({ id: claims.userId });
      if (credentials === undefined || passwordStamp(credentials) !== claims.passwordStamp) return null;
      return { user: credentials.user, session: claims.session };
    },
    signOut: ({ id, expiresAt }) => store.endedSessions.add(id, expiresAt),
  };
}

function boundConcurrency(verify: typeof verifyPassword): typeof verifyPassword {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (password, hash) => {
    if (waiting.length >= waitingChecks) {
      throw new GhostError("service_unavailable", "Too many people are signing in at once", { retryAfterSeconds: 2 });
    }
    if (running >= concurrentChecks) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await verify(password, hash);
    } finally {
      // A waiting check takes over the place, so `running` stays as it is.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
