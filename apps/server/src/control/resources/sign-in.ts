// Signing in at issuers and with passkeys, for the console's pages.

import { attemptLifetimeMs } from "#control/sign-in/attempts.ts";
import { ceremonyLifetimeMs } from "#control/sign-in/passkey-ceremony.ts";
import { readAll } from "#control/store/page.ts";
import { invalid, toTime } from "./fields.ts";
import type { Browser, Resource, ResourceDependencies } from "./resource.ts";
import { noteFailedSignIn, tellLogin } from "./sessions.ts";
import { toApiUser } from "./users.ts";

/** The page of the console that issuers lead back to. */
const returnPath = "/console/sign-in/return";

export function createSignInResource(deps: ResourceDependencies): Resource<"signIn"> {
  const { store, issuerSignIn, passwordMails, passkeys } = deps;
  return {
    async options() {
      const methods = await readAll((page) => store.signIn.list(page));
      return {
        methods: methods.filter(({ isActive }) => isActive).map(({ id, label }) => ({ id, label })),
        forgotten_password: passwordMails.canSend,
        passkey_origin: passkeys.origin,
      };
    },

    async begin({ body: { method: methodId, return_url: returnUrl, to }, browser }) {
      browser.refuseOtherPages();
      refuseOtherReturn(returnUrl, browser);
      const { url, attempt } = await issuerSignIn.begin({ methodId, returnUrl, to });
      browser.keepAttempt("issuer", attempt, attemptLifetimeMs);
      return { url };
    },

    async finish({ body: { url }, address, userAgent, browser }) {
      browser.refuseOtherPages();
      const attempt = browser.takeAttempt("issuer");
      const place = { address, userAgent, isBrowser: true };
      const finishing = issuerSignIn.finish({ ...place, url, attempt }).catch((error: unknown) => {
        noteFailedSignIn(deps, error, "issuer");
        throw error;
      });
      const { token, expiresAt, user, to } = await finishing;
      await tellLogin(deps, user, { address, browser: true });
      browser.keepSession(token, expiresAt);
      return { expires_at: toTime(expiresAt), user: toApiUser(user), to };
    },

    ...withPasskeys(deps),
  };
}

function withPasskeys(deps: ResourceDependencies): Pick<Resource<"signIn">, "beginPasskey" | "finishPasskey"> {
  const { passkeys, sessions } = deps;
  return {
    async beginPasskey({ browser }) {
      browser.refuseOtherPages();
      const { options, sealed } = await passkeys.beginSignIn(browser.origin);
      browser.keepAttempt("passkey", sealed, ceremonyLifetimeMs);
      return { options };
    },

    async finishPasskey({ body: { credential }, address, userAgent, browser }) {
      browser.refuseOtherPages();
      const sealed = browser.takeAttempt("passkey");
      const judge = () => passkeys.signIn({ sealed, credential });
      // Of a credential that is made up nobody is kept out.
      const account = `passkey ${credential.id}`;
      const user = await sessions.damped({ account, address, judge }).catch((error: unknown) => {
        noteFailedSignIn(deps, error, "passkey");
        throw error;
      });
      const how = { method: "passkey", hasFactor: true, refreshAt: null, address, userAgent, isBrowser: true };
      const { token, expiresAt } = await sessions.open({ user, ...how });
      await tellLogin(deps, user, { address, browser: true });
      browser.keepSession(token, expiresAt);
      return { expires_at: toTime(expiresAt), user: toApiUser(user) };
    },
  };
}

function refuseOtherReturn(returnUrl: string, browser: Browser): void {
  const url = new URL(returnUrl);
  const isPlain = url.href === returnUrl && url.search === "" && url.hash === "" && url.username === "";
  if (!isPlain || !url.pathname.endsWith(returnPath) || !browser.isOwnAddress(url))
    throw invalid("return_url", `It must be ${returnPath} of this server`);
}
