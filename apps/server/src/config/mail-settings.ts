// Settings of the mail server by which the server writes to people.

import { Secret } from "#domain/secret.ts";
import { duration, flag, optional, textOf } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { setting } from "./setting.ts";

const smtpUrl: Kind<Secret> = {
  name: "SMTP URL",
  isSecret: true,
  parse(raw) {
    const url = typeof raw === "string" ? URL.parse(raw) : null;
    if (url !== null && /^smtps?:$/.test(url.protocol) && hasOnlyAnAddress(url))
      return { ok: true, value: new Secret(String(raw)) };
    return {
      ok: false,
      message: "this is no SMTP URL",
      hint: "Write `smtp://user:password@host:587` (TLS by STARTTLS) or `smtps://user:password@host:465`; what is special in a password as `%40`.",
    };
  },
  show: String,
};

function hasOnlyAnAddress({ hostname, pathname, search, hash }: URL): boolean {
  return hostname !== "" && (pathname === "" || pathname === "/") && search === "" && hash === "";
}

const sender = textOf(
  "sender",
  /^(?:[^\s@<>]+@[^\s@<>]+|[^<>\r\n"]{1,100} <[^\s@<>]+@[^\s@<>]+>)$/,
  "Write it like `ghost@example.com` or `GhostLLM <ghost@example.com>`.",
);

const publicUrl = textOf("URL", /^https?:\/\/[^\s/?#@]+$/i, "Write it like `https://ghost.example.com`.");

export const mailSettings = {
  smtpUrl: setting({
    path: "mail.smtp_url",
    variable: "SMTP_URL",
    kind: optional(smtpUrl),
    default: null,
    help: "The mail server by which links for passwords and reports are sent. Unset: no mail is sent, and links are shown to whoever makes them.",
    read: ({ mail }) => mail.smtpUrl,
  }),
  mailFrom: setting<string | null>({
    path: "mail.from",
    variable: "GHOSTLLM_MAIL_FROM",
    kind: optional(sender),
    default: null,
    help: "From whom mails are.",
    read: ({ mail }) => mail.from,
  }),
  mailPublicUrl: setting<string | null>({
    path: "mail.public_url",
    variable: "GHOSTLLM_PUBLIC_URL",
    kind: optional(publicUrl),
    default: null,
    help: "The address at which people reach this server: links in mails begin with it, and passkeys are for its host.",
    read: ({ mail }) => mail.publicUrl,
  }),
  mailRequireTls: setting({
    path: "mail.require_tls",
    variable: "GHOSTLLM_MAIL_REQUIRE_TLS",
    kind: flag,
    default: true,
    help: "Send nothing to a server at `smtp://` that does not offer TLS by STARTTLS. Its certificate is verified wherever there is TLS.",
    read: ({ mail }) => mail.requireTls,
  }),
  mailTimeoutMs: setting({
    path: "mail.timeout_ms",
    variable: "GHOSTLLM_MAIL_TIMEOUT_MS",
    kind: duration,
    default: 10_000,
    help: "Longest wait for the mail server: for the connection, for its greeting, and in all for a mail three times as long.",
    read: ({ mail }) => mail.timeoutMs,
  }),
};
