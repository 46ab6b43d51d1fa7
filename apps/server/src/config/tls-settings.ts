// What clients are shown by TLS, and where it comes from.

import { readList } from "./edge-settings.ts";
import type { Kind, Parsed } from "./kinds.ts";
import { duration, email, file, flag, name, oneOf, optional, secret, textOf } from "./kinds.ts";
import { setting } from "./setting.ts";

const tlsVersions: readonly ("1.2" | "1.3")[] = ["1.2", "1.3"];
const keyTypes: readonly ("ecdsa" | "rsa")[] = ["ecdsa", "rsa"];

/** Let's Encrypt's, which most have. */
const usualDirectory = "https://acme-v02.api.letsencrypt.org/directory";
const directories: Readonly<Record<string, string>> = {
  letsencrypt: usualDirectory,
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
};

const plainUrl = textOf(
  "URL of an ACME directory",
  /^https:\/\/[^\s@?#]+$/i,
  "Write `letsencrypt`, `letsencrypt-staging` or a URL with https://.",
);
const directoryUrl: Kind<string> = {
  ...plainUrl,
  name: "`letsencrypt`, `letsencrypt-staging` or a URL",
  parse: (raw) => plainUrl.parse(typeof raw === "string" ? (directories[raw] ?? raw) : raw),
};

const domainPattern = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z](?:[a-z\d-]{0,61}[a-z\d])?$/;
const mostDomains = 100;

const domainList: Kind<readonly string[]> = {
  name: "host names between commas",
  parse(raw): Parsed<readonly string[]> {
    const list = [...new Set(readList(raw)?.map((text) => text.toLowerCase()))];
    const fault = list.find((text) => !domainPattern.test(text));
    const hint =
      "Write names like `llm.example.com`, without a port. Names with `*` need files: HTTP-01 does not prove them.";
    if (fault !== undefined) return { ok: false, message: `\`${fault.slice(0, 60)}\` is no host name`, hint };
    if (list.length > 0 && list.length <= mostDomains) return { ok: true, value: list };
    return { ok: false, message: `this is no list of 1 to ${mostDomains} host names`, hint };
  },
  show: (list) => list.join(", "),
};

export const tlsSettings = {
  tlsCertificateFile: setting<string | null>({
    path: "server.tls.certificate_file",
    variable: "SERVER_TLS_CERTIFICATE_FILE",
    kind: optional(file),
    default: null,
    help: "Certificate of this server in PEM, with those of its issuers behind it: the port then speaks TLS. Read anew when it changes, and on SIGHUP.",
    read: ({ edge }) => edge.tls?.files?.certificateFile ?? null,
  }),
  tlsKeyFile: setting<string | null>({
    path: "server.tls.key_file",
    variable: "SERVER_TLS_KEY_FILE",
    kind: optional(file),
    default: null,
    help: "Its private key in PEM, without a passphrase.",
    read: ({ edge }) => edge.tls?.files?.keyFile ?? null,
  }),
  tlsMinVersion: setting<"1.2" | "1.3">({
    path: "server.tls.min_version",
    variable: "SERVER_TLS_MIN_VERSION",
    kind: oneOf(tlsVersions),
    default: "1.2",
    help: "Oldest version of TLS that is spoken.",
    read: ({ edge }) => (edge.tls?.minVersion === "TLSv1.3" ? "1.3" : "1.2"),
  }),
  tlsDomains: setting<readonly string[]>({
    path: "tls.domains",
    variable: "TLS_DOMAINS",
    kind: domainList,
    default: [],
    help: "Host names of this server. It then listens on all addresses, by TLS on port 443, and on port 80 for what is to be led there, unless `server.host`, `server.port` or `server.redirect_port` say otherwise. Without certificate files it gets its certificate by ACME.",
    read: ({ edge }) => edge.domains,
  }),
  acmeTerms: setting({
    path: "tls.acme.accept_terms",
    variable: "TLS_ACME_ACCEPT_TERMS",
    kind: flag,
    default: false,
    help: "You have read the terms of the authority, and accept them. Without it no certificate is asked for.",
    read: ({ edge }) => edge.acme !== null,
  }),
  acmeDirectory: setting({
    path: "tls.acme.directory_url",
    variable: "TLS_ACME_DIRECTORY_URL",
    kind: directoryUrl,
    default: usualDirectory,
    help: "Directory of the authority (ACME, RFC 8555). Try with `letsencrypt-staging` first: nobody trusts its certificates, and it bears mistakes.",
    read: ({ edge }) => edge.acme?.directoryUrl ?? usualDirectory,
  }),
  acmeCaFile: setting<string | null>({
    path: "tls.acme.ca_file",
    variable: "TLS_ACME_CA_FILE",
    kind: optional(file),
    default: null,
    help: "Certificates in PEM by which an authority of one's own is trusted, beside those that Node and `network.ca_file` know.",
    read: ({ edge }) => edge.acme?.caFile ?? null,
  }),
  acmeEmail: setting<string | null>({
    path: "tls.acme.email",
    variable: "TLS_ACME_EMAIL",
    kind: optional(email),
    default: null,
    help: "Where the authority may write to.",
    read: ({ edge }) => edge.acme?.email ?? null,
  }),
  acmeKeyId: setting<string | null>({
    path: "tls.acme.eab_key_id",
    variable: "TLS_ACME_EAB_KEY_ID",
    kind: optional(name),
    default: null,
    help: "Key id of an account that exists at the authority (external account binding).",
    read: ({ edge }) => edge.acme?.externalAccount?.keyId ?? null,
  }),
  acmeHmacKey: setting({
    path: "tls.acme.eab_hmac_key",
    variable: "TLS_ACME_EAB_HMAC_KEY",
    kind: optional(secret),
    default: null,
    help: "Its key, in base64url as the authority shows it.",
    read: ({ edge }) => edge.acme?.externalAccount?.hmacKey ?? null,
  }),
  acmeKeyType: setting<"ecdsa" | "rsa">({
    path: "tls.acme.key_type",
    variable: "TLS_ACME_KEY_TYPE",
    kind: oneOf(keyTypes),
    default: "ecdsa",
    help: "Key of the certificates: ECDSA on P-256, or RSA with 2048 bits for very old clients.",
    read: ({ edge }) => edge.acme?.keyType ?? "ecdsa",
  }),
  acmeRetryMs: setting({
    path: "tls.acme.retry_ms",
    variable: "TLS_ACME_RETRY_MS",
    kind: duration,
    default: 300_000,
    help: "Before the authority is asked again after a failure; twice as long after each further one, up to half a day. Shorter, an authority such as Let's Encrypt refuses all for an hour.",
    read: ({ edge }) => edge.acme?.retryMs ?? 300_000,
  }),
};
