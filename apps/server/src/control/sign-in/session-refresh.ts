// Asks issuers again, for as long as a session goes on, whether its user is in the same groups still, and a user at all. Sessions without
// a refresh token of their issuer are not asked for: there rights are looked at when their user signs in the next time.

import * as openid from "openid-client";
import type { ControlLog } from "#control/control-log.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { SessionRow } from "#control/store/session-store.ts";
import type { SessionGrant, SignInMethodRow } from "#control/store/sign-in/sign-in-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import { followGroups } from "./admission.ts";
import type { AdmissionDependencies } from "./admission.ts";
import { readRefreshed } from "./claims.ts";
import { grantBinding, keepTokens } from "./grants.ts";
import type { IssuerClients } from "./issuer-clients.ts";
import { readPerson } from "./person.ts";
import { codeOf, isWithdrawn } from "./words.ts";

interface SessionRefreshOptions extends AdmissionDependencies {
  readonly store: Pick<Store, "users" | "credentials" | "signIn" | "sessions" | "teams">;
  readonly clients: IssuerClients;
  readonly encryption: Encryption;
  readonly clock: Clock;
  readonly log: ControlLog;
}

/** How long the issuer's own word may be relied on. */
const [shortestMs, usualMs, longestMs] = [60_000, 300_000, 3_600_000];
/** Where it does not answer. */
const againMs = 60_000;
const atOnce = 50;

export class SessionRefresh {
  readonly #options: SessionRefreshOptions;

  constructor(options: SessionRefreshOptions) {
    this.#options = options;
  }

  /** When the issuer is asked again that has given these; null: never. */
  nextAt({ refresh_token: token, expires_in: seconds }: openid.TokenEndpointResponse): number | null {
    return token === undefined ? null : this.#after(seconds);
  }

  #after(seconds: number | undefined): number {
    const lastsMs = seconds === undefined ? usualMs : seconds * 1000;
    return this.#options.clock.now() + Math.min(longestMs, Math.max(shortestMs, lastsMs));
  }

  /** Those that nobody uses at the moment, too: keys have the rights of their user. */
  async due(holds: () => boolean): Promise<void> {
    const { store, clock } = this.#options;
    for (const session of await store.sessions.dueBy(clock.now(), atOnce)) if (holds()) await this.one(session);
  }

  async one(session: SessionRow): Promise<void> {
    const { store, clock, log } = this.#options;
    if (session.refreshAt === null || session.refreshAt > clock.now()) return;
    const claimed = { ...session, refreshAt: clock.now() + againMs };
    // A refresh token may count only once: one of several instances, or of several requests, asks.
    if (!(await store.sessions.moveRefresh(session, claimed.refreshAt))) return;
    const grant = await store.signIn.grantOf(session.id);
    const method = grant === undefined ? undefined : await store.signIn.find(grant.methodId);
    if (grant === undefined || method === undefined) return;
    try {
      await this.#ask(claimed, grant, method);
    } catch (error) {
      if (isWithdrawn(error)) return this.#end(session);
      log.warn({ code: codeOf(error).code, method: method.label }, "An issuer could not be asked about a session");
    }
  }

  async #ask(session: SessionRow, grant: SessionGrant, method: SignInMethodRow): Promise<void> {
    const { store, clients, encryption } = this.#options;
    if (grant.refreshTokenEncrypted === null) return;
    const token = await encryption.open(grant.refreshTokenEncrypted, grantBinding(session.id));
    const client = await clients.of(method);
    const tokens = await openid.refreshTokenGrant(client, token.reveal());
    clients.keepKeys(method, client);
    await keepTokens(this.#options, grant, tokens);
    await store.sessions.moveRefresh(session, this.#after(tokens.expires_in));
    const claims = await readRefreshed(client, tokens, { method, subject: grant.subject });
    const user = await store.users.find(session.userId, "all");
    if (claims === null || user === undefined) return;
    await followGroups(this.#options, method, { user, groups: readPerson(claims, grant, method).groups });
  }

  async #end({ id, userId }: SessionRow): Promise<void> {
    await this.#options.store.sessions.end(id, "all");
    await this.#options.rightsChanged(userId);
  }
}
