// The one Mailer: SMTP by nodemailer, a connection for each mail.

import { getCACertificates } from "node:tls";
import { createTransport } from "nodemailer";
import type { SMTPTransportOptions, Transporter } from "nodemailer";
import type { Secret } from "#domain/secret.ts";
import { MailFailure } from "./mailer.ts";
import type { Mail, Mailer, MailFailureReason } from "./mailer.ts";

export interface SmtpMailerOptions {
  readonly url: Secret;
  readonly from: string;
  readonly publicUrl: string;
  readonly requireTls: boolean;
  readonly timeoutMs: number;
  /** In PEM: trusted beside what Node knows. */
  readonly certificates: string | null;
}

/** Of a connection that answers, but slowly: what one mail may take in all, in the time of one wait. */
const mostWaits = 3;

export class SmtpMailer implements Mailer {
  readonly publicUrl: string;
  readonly #transport: Transporter;
  readonly #from: string;
  readonly #mostMs: number;
  readonly #closing = new AbortController();

  constructor(options: SmtpMailerOptions) {
    this.publicUrl = options.publicUrl;
    this.#from = options.from;
    this.#mostMs = options.timeoutMs * mostWaits;
    this.#transport = createTransport(transportOf(options));
  }

  async send({ to, subject, text, attachments = [] }: Mail): Promise<void> {
    const sending = this.#transport.sendMail({
      from: this.#from,
      // As an object: text would be read as a list of addresses.
      to: { name: "", address: to },
      ...{ subject, text },
      headers: { "Auto-Submitted": "auto-generated" },
      attachments: attachments.map(({ fileName: filename, contentType, content }) => ({
        ...{ filename, contentType, content },
      })),
      // What stands in a mail is what is handed over, and never what it names.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await withinMs(sending, this.#mostMs, this.#closing.signal).catch((error: unknown) => {
      throw error instanceof MailFailure ? error : explain(error);
    });
  }

  close(): void {
    this.#closing.abort();
    this.#transport.close();
  }
}

function transportOf({ url, requireTls, timeoutMs, certificates }: SmtpMailerOptions): SMTPTransportOptions {
  const { protocol, hostname, port, username, password } = new URL(url.reveal());
  const secure = protocol === "smtps:";
  return {
    // Of IPv6 without its brackets.
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (secure ? 465 : 587) : Number(port),
    ...{ secure, requireTLS: !secure && requireTls },
    ...(username !== "" && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...(certificates !== null && { tls: { ca: [...getCACertificates("default"), certificates] } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, dnsTimeout: timeoutMs },
  };
}

async function withinMs(sending: Promise<unknown>, mostMs: number, closing: AbortSignal): Promise<void> {
  let stop = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new MailFailure("timeout")), mostMs);
    const close = (): void => reject(new MailFailure("closed"));
    closing.addEventListener("abort", close);
    if (closing.aborted) close();
    stop = () => {
      clearTimeout(timer);
      closing.removeEventListener("abort", close);
    };
  });
  try {
    await Promise.race([sending, ended]);
  } finally {
    stop();
  }
}

const reasons: Readonly<Record<string, MailFailureReason>> = {
  ...{ ETIMEDOUT: "timeout", ETLS: "no_tls", EAUTH: "credentials", ENOAUTH: "credentials", EENVELOPE: "address" },
  ...{ EDNS: "unreachable", ECONNECTION: "unreachable", ESOCKET: "unreachable" },
};

/** By its codes alone. */
function explain(error: unknown): MailFailure {
  const { code, responseCode } = (error instanceof Error ? error : {}) as { code?: unknown; responseCode?: unknown };
  const status = typeof responseCode === "number" ? responseCode : null;
  const name = causeOf(error);
  if (/CERT|SIGNATURE|ISSUER|SELF_SIGNED|ALTNAME/.test(name)) return new MailFailure("certificate");
  const known = typeof code === "string" ? reasons[code] : undefined;
  return new MailFailure(known ?? (status === null ? "unreachable" : "refused"), status);
}

/** nodemailer writes its own code over that of Node, which stands in the message. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return `${code} ${/certificate|self.signed/i.test(error.message) ? "CERT" : ""}`;
}
