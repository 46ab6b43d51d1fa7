// Signing in with e-mail and password. Called by the resource `sessions` and by the guard of the admin plane.
// Invariant: a wrong password and an unknown user cannot be told apart, by the answer or by the time it takes.

import { GhostError } from "@ghostllm/contract";
import type { SessionRow } from "#control/store/session-store.ts";
import type { Store, UserRow } from "#control/store/store.ts";
import type { Session } from "#domain/access/actor.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import type { FactorDemand } from "./factor-demand.ts";
import type { Passwords } from "./passwords.ts";
import { wrongCode, type SecondFactor } from "./second-factor.ts";
import { SignInDamper } from "./sign-in-damper.ts";
import { createSessionTokens } from "./tokens.ts";
import type { SessionTokens } from "./tokens.ts";

/** From where somebody signs in. */
export interface Place {
  readonly address: string;
  readonly userAgent: string;
  readonly isBrowser: boolean;
}

export interface Attempt extends Place {
  readonly email: string;
  readonly password: string;
  /** Of the second factor; undefined where none was given. */
  readonly code?: string | undefined;
}

export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: number;
  readonly user: UserRow;
  readonly session: Session;
}

export interface Opening extends Place {
  readonly user: UserRow;
  /** How he has signed in: `password`, `passkey`, or the id of a sign-in method. */
  readonly method: string;
  /** He has shown more than a password here. */
  readonly hasFactor: boolean;
  /** When his issuer is asked again; null: never. */
  readonly refreshAt: number | null;
}

export interface DampedAttempt<Result> {
  /** Whatever is guessed: an account, or what is known of one. */
  readonly account: string;
  readonly address: string;
  /** Rejects with `invalid_api_key` where the proof is wrong. */
  readonly judge: () => Promise<Result>;
}

export interface Sessions {
  signIn(attempt: Attempt): Promise<OpenedSession>;
  /** Rejects with GhostError where it is not the password of somebody who has signed in. */
  prove(user: UserRow, password: string, address: string): Promise<void>;
  /** Tries another proof than a password, of which somebody may make only so many that are wrong. */
  damped<Result>(attempt: DampedAttempt<Result>): Promise<Result>;
  /** For somebody who has proven himself by another way. */
  open(opening: Opening): Promise<OpenedSession>;
  /** The user as the store has him now; null where the token is no valid session. */
  verify(token: string): Promise<VerifiedSession | null>;
  /** From now on its token is no valid session, here or at any other server of this database. */
  signOut(session: Session): Promise<void>;
}

export interface VerifiedSession {
  readonly user: UserRow;
  readonly session: Session;
  readonly row: SessionRow;
}

interface SessionsOptions {
  readonly store: Pick<Store, "credentials" | "users" | "sessions">;
  readonly secret: Secret;
  readonly passwords: Pick<Passwords, "verify">;
  readonly secondFactor: Pick<SecondFactor, "isWanted" | "isRight">;
  readonly factorDemand: Pick<FactorDemand, "isOf" | "factorsOf">;
  readonly clock: Clock;
  /** By which sessions end. */
  readonly steadyTime: SteadyTime;
}

/** The caller is not told which of them: only the audit log knows whose account it was. */
export class WrongCredentials extends GhostError {
  readonly account: Pick<UserRow, "id" | "email"> | null;
  /** One word for the audit log; null where there is nothing to be told. */
  readonly reason: string | null;

  constructor(
    account: Pick<UserRow, "id" | "email"> | null,
    message = "The e-mail address or the password is wrong",
    reason: string | null = null,
  ) {
    super("invalid_api_key", message);
    this.account = account;
    this.reason = reason;
  }
}

/** Told to nobody but him who knows the password. */
export const switchedOff = "This account is switched off: ask an administrator to switch it on again";
const seenToWithinMs = 60_000;

/** As many as there are threads for it. */
const concurrentChecks = 2;
const waitingChecks = 20;

export function createSessions(options: SessionsOptions): Sessions {
  const { store, secret, clock, steadyTime } = options;
  const tokens = createSessionTokens({ secret, steadyTime });
  const damped = createDamping(new SignInDamper({ clock }));
  const authenticate = createAuthentication(options, damped);

  return {
    async signIn({ email, password, code, ...place }) {
      const proof = { email, password, address: place.address };
      let hasFactor = false;
      const user = await authenticate(proof, async (found) => {
        hasFactor = await checkFactor(options, found, code);
      });
      return openSession({ store, tokens }, { ...place, user, method: "password", hasFactor, refreshAt: null });
    },
    async prove({ email }, password, address) {
      await authenticate({ email, password, address }, noMore).catch((error: unknown) => {
        if (!(error instanceof GhostError) || error.code !== "invalid_api_key") throw error;
        // His session goes on: what is wrong is what he has typed.
        throw new GhostError("invalid_request_error", "password: It is wrong", { param: "password" });
      });
    },
    damped,
    open: (opening) => openSession({ store, tokens }, opening),
    async verify(token) {
      const claims = await tokens.verify(token);
      const row = claims === null ? undefined : await store.sessions.find(claims.session.id);
      if (claims === null || row === undefined || row.userId !== claims.userId) return null;
      const user = await store.users.find(row.userId, "all");
      if (user === undefined || !user.isActive) return null;
      noteSeen(store, row, steadyTime.now());
      return { user, session: claims.session, row };
    },
    signOut: async ({ id }) => void (await store.sessions.end(id, "all")),
  };
}

type Proof = Pick<Attempt, "email" | "password" | "address">;
/** What else he must show whose password is right. */
type Further = (user: UserRow) => Promise<void>;

const noMore: Further = async () => {};

function createDamping(damper: SignInDamper): Sessions["damped"] {
  return async ({ account, address, judge }) => {
    const attempt = await damper.begin(account, address);
    try {
      const result = await judge();
      attempt.succeeded();
      return result;
    } catch (error) {
      if (error instanceof GhostError && error.code === "invalid_api_key") attempt.failed();
      else attempt.undone();
      throw error;
    } finally {
      attempt.ended();
    }
  };
}

function createAuthentication(
  { store, passwords }: Pick<SessionsOptions, "store" | "passwords">,
  damped: Sessions["damped"],
) {
  const check = boundConcurrency(passwords.verify);
  return ({ email, password, address }: Proof, further: Further): Promise<UserRow> => {
    const judge = async (): Promise<UserRow> => {
      const credentials = await store.credentials.find({ email });
      const isRight = await check(password, credentials?.passwordHash ?? null);
      if (!isRight || credentials === undefined) throw new WrongCredentials(credentials?.user ?? null);
      if (!credentials.user.isActive) throw new GhostError("permission_denied", switchedOff);
      await further(credentials.user);
      return credentials.user;
    };
    return damped({ account: email, address, judge });
  };
}

/** Answers whether there was one to be shown, and was. */
async function checkFactor(
  { secondFactor, factorDemand }: Pick<SessionsOptions, "secondFactor" | "factorDemand">,
  user: UserRow,
  code: string | undefined,
): Promise<boolean> {
  if (!(await secondFactor.isWanted(user.id))) {
    const hasPasskey = (await factorDemand.isOf(user.id)) && (await factorDemand.factorsOf(user.id)).length > 0;
    if (hasPasskey)
      throw new GhostError("passkey_required", "Sign in with your passkey: the password alone is not enough");
    return false;
  }
  if (code === undefined)
    throw new GhostError(
      "second_factor_required",
      "Send a code of your authenticator app, or a recovery code, as `code`",
    );
  if (!(await secondFactor.isRight(user.id, code))) throw new WrongCredentials(user, wrongCode);
  return true;
}

async function openSession(
  { store, tokens }: { readonly store: Pick<Store, "sessions">; readonly tokens: SessionTokens },
  { user, ...how }: Opening,
): Promise<OpenedSession> {
  const { token, session, issuedAt } = await tokens.issue(user.id);
  await store.sessions.create({ ...session, ...how, userId: user.id, createdAt: issuedAt });
  return { token, expiresAt: session.expiresAt, user, session };
}

/** That it cannot be noted ends no session. */
function noteSeen({ sessions }: Pick<Store, "sessions">, { id, seenAt }: SessionRow, now: number): void {
  if (now - seenAt > seenToWithinMs) sessions.noteSeen(id, now).catch(() => undefined);
}

function boundConcurrency(verify: Passwords["verify"]): Passwords["verify"] {
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
