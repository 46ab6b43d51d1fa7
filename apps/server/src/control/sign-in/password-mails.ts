// Links for passwords, and the mails that bring them. Invariant: a link that could not be sent counts all the same, and whoever made it is
// told why it was not sent; whoever has forgotten his password learns from no answer whether there is such a user.

import { hash, randomBytes } from "node:crypto";
import { GhostError } from "@ghostllm/contract";
import type { ControlLog } from "#control/control-log.ts";
import { MailFailure } from "#control/mail/mailer.ts";
import type { Mailer } from "#control/mail/mailer.ts";
import { Damper } from "#control/sessions/damper.ts";
import { networksOf } from "#control/sessions/sign-in-damper.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";

const minuteMs = 60 * 1000;
const hourMs = 60 * minuteMs;
/** Of one that was asked for by who has forgotten his password. */
const forgottenMs = hourMs;
const tokenBytes = 32;
/** The token stands behind #: no server and no log sees it there. */
const page = "/console/set-password#";
/** At a time: a mail server may be slow. */
const mostSending = 20;
/** Of directories, for users who have none. */
const noAddress = "@no-address.invalid";

interface PasswordMailsDeps {
  readonly store: Pick<Store, "passwordLinks" | "credentials">;
  readonly mailer: Mailer | null;
  readonly clock: Clock;
  readonly log: ControlLog;
}

interface Recipient {
  readonly id: string;
  readonly email: string;
  readonly hasPassword: boolean;
}

export interface PasswordLink {
  readonly token: string;
  /** Behind the server's address. */
  readonly path: string;
  readonly expiresAt: number;
}

export class PasswordMails {
  readonly #deps: PasswordMailsDeps;
  readonly #addresses: Damper;
  readonly #networks: Damper;
  readonly #sending = new Set<Promise<void>>();

  constructor(deps: PasswordMailsDeps) {
    const { clock } = deps;
    this.#deps = deps;
    this.#addresses = new Damper({ free: 3, capacity: 10_000, clock });
    this.#networks = new Damper({ free: 20, capacity: 10_000, clock });
  }

  get canSend(): boolean {
    return this.#deps.mailer !== null;
  }

  async createLink(userId: string, lifetimeMs: number): Promise<PasswordLink> {
    const { store, clock } = this.#deps;
    const token = randomBytes(tokenBytes).toString("base64url");
    const expiresAt = clock.now() + lifetimeMs;
    await store.passwordLinks.create({ userId, hash: hash("sha256", token), expiresAt });
    return { token, path: page + token, expiresAt };
  }

  /** Null where it was sent; otherwise why it was not. */
  async send(recipient: Recipient, { path, expiresAt }: PasswordLink): Promise<string | null> {
    const { mailer, log } = this.#deps;
    if (mailer === null) return "no mail server is configured";
    if (recipient.email.endsWith(noAddress)) return "the user has no address";
    try {
      await mailer.send({ to: recipient.email, ...write(recipient, mailer.publicUrl + path, expiresAt) });
      return null;
    } catch (error) {
      const reason = error instanceof MailFailure ? error.message : "a fault in GhostLLM";
      log.warn(
        { userId: recipient.id, reason, ...(!(error instanceof MailFailure) && { err: error }) },
        "A mail with a link for a password was not sent",
      );
      return reason;
    }
  }

  /** Returns at once, whoever that is. Throws `rate_limit_exceeded` for who asks too often, known or not. */
  forgotten(email: string, address: string): void {
    const account = email.normalize("NFKC").trim().toLowerCase();
    const [network = address] = networksOf(address);
    const waitMs = Math.max(this.#addresses.waitMs(account), this.#networks.waitMs(network));
    if (waitMs > 0 || this.#sending.size >= mostSending) throw tooOften(Math.max(waitMs, 1_000));
    this.#addresses.fail(account);
    this.#networks.fail(network);
    const sending = this.#sendTo(account).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Resolves when what was begun is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** To who signs in by a password: all others are not known here. */
  async #sendTo(email: string): Promise<void> {
    const { store, log } = this.#deps;
    try {
      const known = await store.credentials.find({ email });
      if (known === undefined || known.passwordHash === null || !known.user.isActive) return;
      const { id } = known.user;
      await this.send({ id, email: known.user.email, hasPassword: true }, await this.createLink(id, forgottenMs));
    } catch (error) {
      log.warn({ err: error }, "Who has forgotten his password was sent nothing");
    }
  }
}

function write({ email, hasPassword }: Recipient, url: string, expiresAt: number) {
  const until = new Date(expiresAt).toISOString().slice(0, 16).replace("T", " ");
  const begin = hasPassword
    ? `somebody has asked for a new password of ${email} at GhostLLM.`
    : `you are invited to GhostLLM, as ${email}.`;
  const end = hasPassword ? "If that was not you, do nothing: your password stays as it is." : "";
  return {
    subject: hasPassword ? "A new password for GhostLLM" : "You are invited to GhostLLM",
    text: `Hello,\n\n${begin} Set a password here:\n\n${url}\n\nThe link counts once, until ${until} UTC. Hand it to nobody.${end === "" ? "" : `\n${end}`}\n`,
  };
}

function tooOften(waitMs: number): GhostError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new GhostError("rate_limit_exceeded", `This was asked for too often: wait ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  });
}
