// A mail server on this machine that keeps what it is sent.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions } from "smtp-server";

export interface SentMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded, where the mail has one part. */
  readonly text: string;
  readonly raw: string;
  readonly isEncrypted: boolean;
  readonly user: string | null;
}

export interface MailServer {
  readonly url: string;
  readonly mails: readonly SentMail[];
  close(): Promise<void>;
}

const certificateFile = (name: string): string => fileURLToPath(new URL(`./certificates/${name}.pem`, import.meta.url));
/** It is of `localhost`, and signs itself. */
export const mailCertificate = readFileSync(certificateFile("first-certificate"), "utf8");
const key = readFileSync(certificateFile("first-key"), "utf8");

export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: SentMail[] = [];
  const server = new SMTPServer({
    ...{ key, cert: mailCertificate, authOptional: true, disabledCommands: ["STARTTLS"] },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
      stream.on("end", () => {
        mails.push(toMail(Buffer.concat(chunks).toString("utf8"), session));
        done();
      });
    },
    ...options,
  });
  // Of clients that end a handshake.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  const scheme = options.secure === true ? "smtps" : "smtp";
  return {
    url: `${scheme}://localhost:${address.port}`,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Session = Parameters<NonNullable<SMTPServerOptions["onData"]>>[1];

function toMail(raw: string, { envelope, secure, user }: Session): SentMail {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = new Map(
    lines.map((line) => [line.split(":", 1)[0]?.toLowerCase() ?? "", line.replace(/^[^:]*: ?/, "")]),
  );
  const body = rest.join("\r\n\r\n");
  const isQuoted = headers.get("content-transfer-encoding") === "quoted-printable";
  return {
    from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    ...{ headers, raw, isEncrypted: secure, user: user ?? null },
    text: isQuoted ? fromQuotedPrintable(body) : body,
  };
}

function fromQuotedPrintable(body: string): string {
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
