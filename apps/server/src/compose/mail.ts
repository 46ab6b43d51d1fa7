import type { Config } from "#config/config.ts";
import type { Mailer } from "#control/mail/mailer.ts";
import type { Disposer } from "./disposer.ts";

/** Null where no mail server is configured: then what sends mail is not even loaded. */
export async function openMailer({ mail, network }: Config, disposer: Disposer): Promise<Mailer | null> {
  const { smtpUrl: url, from, publicUrl, requireTls, timeoutMs } = mail;
  if (url === null || from === null || publicUrl === null) return null;
  const { SmtpMailer } = await import("#control/mail/smtp-mailer.ts");
  const { certificates } = network;
  const mailer = new SmtpMailer({ url, from, publicUrl, requireTls, timeoutMs, certificates });
  disposer.add(() => mailer.close());
  return mailer;
}
