// Signing in at an issuer (OpenID Connect, authorisation code with PKCE), and out again. Called by the resource `signIn`, and by
// whoever verifies a session whose issuer is to be asked again. Invariant: what an issuer answers counts once, in the browser that
// has begun, for the client and the issuer it was begun with.

import { GhostError } from "@ghostllm/contract";
import * as openid from "openid-client";
import type { ControlLog } from "#control/control-log.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { OpenedSession, Place, Sessions } from "#control/sessions/sessions.ts";
import type { SessionRow } from "#control/store/session-store.ts";
import type { SignInMethodRow } from "#control/store/sign-in/sign-in-store.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import { admit } from "./admission.ts";
import type { AdmissionDependencies } from "./admission.ts";
import type { AskWeb } from "./ask-web.ts";
import { openAttempt, sealAttempt } from "./attempts.ts";
import { readClaims } from "./claims.ts";
import { grantBinding, keepTokens } from "./grants.ts";
import { IssuerClients } from "./issuer-clients.ts";
import { isPage } from "./issuer-url.ts";
import { readPerson } from "./person.ts";
import { SessionRefresh } from "./session-refresh.ts";
import { codeOf, noAnswerTo, notBegunHere, wordsFor } from "./words.ts";

export interface IssuerSignInOptions extends AdmissionDependencies {
  readonly store: Pick<Store, "users" | "credentials" | "signIn" | "sessions" | "teams">;
  readonly sessions: Pick<Sessions, "open">;
  readonly encryption: Encryption;
  readonly ask: AskWeb;
  readonly clock: Clock;
  readonly log: ControlLog;
}

interface Beginning {
  readonly methodId: string;
  readonly returnUrl: string;
  readonly to: string;
}

interface Answer extends Place {
  /** To which the issuer has led back. */
  readonly url: string;
  /** Sealed; null where the browser has none. */
  readonly attempt: string | null;
}

export class IssuerSignIn {
  readonly #options: IssuerSignInOptions;
  readonly #clients: IssuerClients;
  readonly #refresh: SessionRefresh;

  constructor(options: IssuerSignInOptions) {
    this.#options = options;
    this.#clients = new IssuerClients(options);
    this.#refresh = new SessionRefresh({ ...options, clients: this.#clients });
  }

  /** Answers where to go, and what the browser keeps until it comes back. Rejects with GhostError. */
  async begin({ methodId, returnUrl, to }: Beginning): Promise<{ readonly url: string; readonly attempt: string }> {
    const { encryption, clock } = this.#options;
    const method = await this.#active(methodId);
    const [state, nonce, verifier] = [openid.randomState(), openid.randomNonce(), openid.randomPKCECodeVerifier()];
    const client = await this.#clients.of(method).catch((error: unknown) => this.#fail(error, method));
    const url = openid.buildAuthorizationUrl(client, {
      ...{ redirect_uri: returnUrl, scope: method.scopes.join(" "), state, nonce },
      ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" },
    });
    if (!isPage(url)) throw new GhostError("permission_denied", `${method.label} has no page that can be gone to`);
    const attempt = { methodId, state, nonce, verifier, returnUrl, to, begunAt: clock.now() };
    return { url: url.href, attempt: await sealAttempt(attempt, encryption) };
  }

  async finish({ url, attempt: sealed, ...place }: Answer): Promise<OpenedSession & { readonly to: string }> {
    const { encryption, clock, sessions } = this.#options;
    const attempt = sealed === null ? null : await openAttempt(sealed, encryption, clock);
    const answer = new URL(url);
    if (attempt === null || answer.origin + answer.pathname !== attempt.returnUrl) throw notBegunHere;
    const method = await this.#active(attempt.methodId);
    const { state, nonce, verifier } = attempt;
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    try {
      const client = await this.#clients.of(method);
      if (!isAnswerTo(answer.searchParams, state, client.serverMetadata())) throw noAnswerTo(method.label);
      const tokens = await openid.authorizationCodeGrant(client, answer, checks);
      this.#clients.keepKeys(method, client);
      const { claims, identity } = await readClaims(client, tokens, method);
      const user = await admit(this.#options, method, readPerson(claims, identity, method));
      const refreshAt = this.#refresh.nextAt(tokens);
      const opened = await sessions.open({ ...place, user, method: method.id, hasFactor: false, refreshAt });
      await keepTokens(this.#options, { sessionId: opened.session.id, methodId: method.id, ...identity }, tokens);
      return { ...opened, to: attempt.to };
    } catch (error) {
      return this.#fail(error, method);
    }
  }

  /** Where to go so that the issuer ends its session as well; null where the session is none of an issuer that wants to know. */
  async endUrl(sessionId: string, returnUrl: string | undefined): Promise<string | null> {
    const { store, encryption } = this.#options;
    const grant = await store.signIn.grantOf(sessionId);
    const method = grant === undefined ? undefined : await store.signIn.find(grant.methodId);
    if (grant === undefined || method === undefined) return null;
    try {
      const client = await this.#clients.of(method);
      if (client.serverMetadata().end_session_endpoint === undefined) return null;
      const idToken = await encryption.open(grant.idTokenEncrypted, grantBinding(sessionId));
      const back = returnUrl === undefined ? {} : { post_logout_redirect_uri: returnUrl };
      const url = openid.buildEndSessionUrl(client, { id_token_hint: idToken.reveal(), ...back });
      return isPage(url) ? url.href : null;
    } catch (error) {
      // Who wants to go is let go.
      this.#options.log.warn(
        { code: codeOf(error).code, method: method.label },
        "An issuer could not be told of a sign-out",
      );
      return null;
    }
  }

  /** Reads anew what an issuer tells of itself. Rejects with GhostError. */
  async look(method: SignInMethodRow): Promise<openid.ServerMetadata> {
    const found = await this.#clients.discover(method.issuer).catch((error: unknown) => this.#fail(error, method));
    return found.metadata;
  }

  /** Asks the issuer of a session whether its user has his rights still, where it is time to. */
  refresh(session: SessionRow): Promise<void> {
    return this.#refresh.one(session);
  }

  refreshDue(holds: () => boolean): Promise<void> {
    return this.#refresh.due(holds);
  }

  async #active(id: string): Promise<SignInMethodRow> {
    const method = await this.#options.store.signIn.find(id);
    if (method === undefined || !method.isActive)
      throw new GhostError("not_found", "There is no such way to sign in: load the sign-in page anew");
    return method;
  }

  #fail(error: unknown, { label }: SignInMethodRow): never {
    if (!(error instanceof GhostError))
      this.#options.log.warn({ code: codeOf(error).code, method: label }, "A sign-in at an issuer failed");
    throw wordsFor(error, label);
  }
}

/** Of this issuer, which must name itself where it has promised to (RFC 9207): another one cannot hand in what was begun with it. */
function isAnswerTo(given: URLSearchParams, state: string, about: Readonly<openid.ServerMetadata>): boolean {
  const [issuer, hasPromised] = [given.get("iss"), about.authorization_response_iss_parameter_supported === true];
  const isOfIssuer = issuer === null ? !hasPromised : issuer === about.issuer;
  return given.get("state") === state && isOfIssuer && (given.has("code") || given.has("error"));
}
