// Mails to people. Made of the configuration by compose; whoever sends mail is given it, or null where none is configured.
// Invariant: a mail that was not taken over by the mail server rejects, so that nobody is told it was sent.

export interface MailAttachment {
  readonly fileName: string;
  /** Such as `text/csv`. */
  readonly contentType: string;
  readonly content: string | Buffer;
}

/** To one person: nobody sees who else has been sent one. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments?: readonly MailAttachment[];
}

export interface Mailer {
  /** Resolves when the mail server has taken it over. Rejects with `MailFailure`. */
  send(mail: Mail): Promise<void>;
  /** Where people reach this server: a path behind it, such as `/console`, makes a link for them. */
  readonly publicUrl: string;
  close(): void;
}

export type MailFailureReason =
  "unreachable" | "timeout" | "no_tls" | "certificate" | "credentials" | "address" | "refused" | "closed";

const told: Readonly<Record<MailFailureReason, string>> = {
  unreachable: "the mail server cannot be reached",
  timeout: "the mail server does not answer in time",
  no_tls: "the mail server offers no TLS, which mail.require_tls asks for",
  certificate: "the mail server's certificate is not to be trusted",
  credentials: "the mail server refuses the user or the password of mail.smtp_url",
  address: "the mail server does not take mail for this address, or from mail.from",
  refused: "the mail server refuses the mail",
  closed: "this server is stopping",
};

/** Says what went wrong in words of ours: those of the server may quote the mail. */
export class MailFailure extends Error {
  override readonly name = "MailFailure";
  readonly reason: MailFailureReason;
  /** Of SMTP, such as 550; null where there was no answer. */
  readonly responseCode: number | null;

  constructor(reason: MailFailureReason, responseCode: number | null = null) {
    super(responseCode === null ? told[reason] : `${told[reason]} (${responseCode})`);
    this.reason = reason;
    this.responseCode = responseCode;
  }
}
