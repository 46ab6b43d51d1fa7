// One certificate from an authority, step by step. Called by renewal.ts, under a lease. Invariant: what the authority has been asked for
// is in the store before the next step, so that whoever goes on, also after a kill, asks for nothing twice.

import { setTimeout as sleep } from "node:timers/promises";
import type { Authorization, Client, Order } from "acme-client";
import type { AcmeSettings } from "#config/tls-config.ts";
import type { ControlLog } from "#control/control-log.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { Held } from "#control/leases/leased-work.ts";
import type { CertificateRow } from "#control/store/certificates/certificate-store.ts";
import type { Store } from "#control/store/store.ts";
import type { AskWeb } from "#control/sign-in/ask-web.ts";
import { Secret } from "#domain/secret.ts";
import { covers, pairOf } from "#edge/certificates/pair.ts";
import { askingBy, AuthorityError, makeKey, makeRequest, openAuthority, readProblem } from "./authority.ts";
import { accountBinding, certificateBinding } from "./bindings.ts";

export interface IssueDeps {
  readonly store: Pick<Store, "certificates">;
  readonly encryption: Encryption;
  readonly settings: AcmeSettings;
  readonly ask: AskWeb;
  readonly now: () => number;
  readonly log: ControlLog;
}

/** What an authority has issued, with its key sealed for the row of that name. */
export interface Issued {
  /** In PEM, with its issuers behind it. */
  readonly chain: string;
  readonly keyEncrypted: string;
}

const pollMs = 1_000;
/** As long as an order is waited for in one go; the next attempt goes on with it. */
const mostPolls = 120;
const challengeMs = 3_600_000;

/** Rejects with an AuthorityError for what the authority has refused. */
export function issue(deps: IssueDeps, row: CertificateRow, held: Held): Promise<Issued> {
  return askingBy(deps.ask, held.signal)(() => new Issuing(deps, row, held).run());
}

class Issuing {
  readonly #deps: IssueDeps;
  readonly #held: Held;
  #row: CertificateRow;

  constructor(deps: IssueDeps, row: CertificateRow, held: Held) {
    this.#deps = deps;
    this.#row = row;
    this.#held = held;
  }

  async run(): Promise<Issued> {
    const client = await this.#openAccount();
    const started = (await this.#found(client)) ?? (await this.#begin(client));
    const proven = started.status === "pending" ? await this.#prove(client, started) : started;
    const { order: sealed } = this.#row;
    if (sealed === null) throw new Error("an order that is under way has a key");
    const key = (await this.#deps.encryption.open(sealed.keyEncrypted, certificateBinding(this.#row.name))).reveal();
    const final = proven.status === "ready" ? await this.#finalize(client, proven, key) : proven;
    const valid = final.status === "valid" ? final : await this.#wait(client, final);
    if (valid.certificate === undefined) throw new AuthorityError("refused", "the order has come to no certificate");
    const chain = await client.getCertificate(valid);
    requireUsable({ cert: chain, key }, this.#deps.settings.domains);
    return { chain, keyEncrypted: sealed.keyEncrypted };
  }

  /** The key is stored before the authority hears of it: it knows the account by its key. */
  async #openAccount(): Promise<Client> {
    const { store, encryption, settings } = this.#deps;
    const { directoryUrl: directory, email, externalAccount } = settings;
    const binding = accountBinding(directory);
    const known = await store.certificates.account(directory);
    const account = known ?? (await store.certificates.addAccount(await newAccount(encryption, directory)));
    const client = await openAuthority({
      ...{ directoryUrl: directory, accountUrl: account.url },
      accountKey: (await encryption.open(account.keyEncrypted, binding)).reveal(),
      externalAccount: externalAccount && { kid: externalAccount.keyId, hmacKey: externalAccount.hmacKey.reveal() },
    });
    if (account.url !== null && account.email === email) return client;
    const contact = email === null ? [] : [`mailto:${email}`];
    await client.createAccount({ ...(account.url === null && { termsOfServiceAgreed: true }), contact });
    await store.certificates.changeAccount(directory, { url: client.getAccountUrl(), email });
    return client;
  }

  /** What was asked for before; null where that is of no use any more. */
  async #found(client: Client): Promise<Order | null> {
    const { order } = this.#row;
    const { directoryUrl, domains } = this.#deps.settings;
    if (order === null || order.directory !== directoryUrl) return null;
    const wanted = [...domains].toSorted().join(" ");
    try {
      // Of an order that is known by its URL alone, all else is the authority's to say.
      const found = await client.getOrder({ url: order.url } as Order);
      const isSame =
        found.identifiers
          .map(({ value }) => value)
          .toSorted()
          .join(" ") === wanted;
      return isSame && found.status !== "invalid" ? found : null;
    } catch (error) {
      if (error instanceof AuthorityError && ["malformed", "refused", "unauthorized"].includes(error.kind)) return null;
      throw error;
    }
  }

  async #begin(client: Client): Promise<Order> {
    const { store, encryption, settings } = this.#deps;
    const { domains, directoryUrl: directory, keyType } = settings;
    const key = new Secret(await makeKey(keyType));
    const keyEncrypted = await encryption.seal(key, certificateBinding(this.#row.name));
    const order = await client.createOrder({ identifiers: domains.map((value) => ({ type: "dns", value })) });
    this.#row = await store.certificates.change(this.#row.name, { order: { url: order.url, keyEncrypted, directory } });
    return order;
  }

  /** Every name is this server's: the authority looks at each by plain HTTP. */
  async #prove(client: Client, order: Order): Promise<Order> {
    const authorizations = await client.getAuthorizations(order);
    const tokens: string[] = [];
    try {
      for (const one of authorizations.filter(({ status }) => status === "pending"))
        tokens.push(await this.#answer(client, one));
      return await this.#wait(client, order);
    } finally {
      await this.#deps.store.certificates.removeChallenges(tokens).catch(() => undefined);
    }
  }

  async #answer(client: Client, { challenges, identifier }: Authorization): Promise<string> {
    const { store, now } = this.#deps;
    const challenge = challenges.find(({ type }) => type === "http-01");
    if (challenge === undefined) {
      throw new AuthorityError(
        "refused",
        `the authority offers no challenge by HTTP (http-01) for ${identifier.value}`,
      );
    }
    const { token } = challenge;
    const answer = await client.getChallengeKeyAuthorization(challenge);
    await store.certificates.addChallenge({ token, answer, expiresAt: now() + challengeMs });
    if (challenge.status === "pending") await client.completeChallenge(challenge);
    return token;
  }

  async #finalize(client: Client, order: Order, key: string): Promise<Order> {
    const request = await makeRequest(key, this.#deps.settings.domains);
    return client.finalizeOrder(order, request);
  }

  /** Until the authority has come to something. */
  async #wait(client: Client, order: Order): Promise<Order> {
    for (let poll = 0; poll < mostPolls; poll += 1) {
      const found = await client.getOrder(order);
      if (found.status === "invalid") throw await whyInvalid(client, found);
      if (found.status !== "pending" && found.status !== "processing") return found;
      await sleep(pollMs, undefined, { signal: this.#held.signal, ref: false });
    }
    throw new AuthorityError("unreachable", "the authority has come to no decision yet");
  }
}

async function newAccount(encryption: Encryption, directory: string) {
  const key = new Secret(await makeKey("ecdsa"));
  const keyEncrypted = await encryption.seal(key, accountBinding(directory));
  return { directory, url: null, keyEncrypted, email: null };
}

/** What was found wrong with each of the names. */
async function whyInvalid(client: Client, order: Order): Promise<AuthorityError> {
  const authorizations = await client.getAuthorizations(order);
  const faults = authorizations.flatMap(({ identifier, challenges }) =>
    challenges.flatMap((challenge) => {
      if (challenge.status !== "invalid") return [];
      const { type, detail } = readProblem(Reflect.get(challenge, "error"));
      return [{ type, text: `${identifier.value}: ${detail ?? type ?? "its challenge was not met"}` }];
    }),
  );
  const own = readProblem(Reflect.get(order, "error"));
  const kind = faults[0]?.type ?? own.type ?? "refused";
  const texts = faults.length > 0 ? faults.map(({ text }) => text) : [own.detail ?? "the order was refused"];
  return new AuthorityError(kind, texts.join("; "));
}

function requireUsable(pem: { readonly cert: string; readonly key: string }, domains: readonly string[]): void {
  const names = { certificate: "What the authority has issued", key: "the key of the order" };
  const pair = pairOf(pem, names);
  const missing = domains.filter((domain) => !covers(pair, domain));
  if (missing.length > 0) throw new AuthorityError("refused", `the certificate is not for ${missing.join(", ")}`);
}
