// The port for operators.

import { file, flag, host, integer, optional } from "./kinds.ts";
import { setting } from "./setting.ts";

export const managementSettings = {
  managementPort: setting<number | null>({
    path: "management.port",
    variable: "GHOSTLLM_MANAGEMENT_PORT",
    kind: optional(integer({ min: 0, max: 65_535 })),
    default: null,
    help: "Port for the admin API and the console by TLS, usually 4433. Models are not asked there.",
    read: ({ edge }) => edge.management?.port ?? null,
  }),
  managementHost: setting<string | null>({
    path: "management.host",
    variable: "GHOSTLLM_MANAGEMENT_HOST",
    kind: optional(host),
    default: null,
    help: "Address to listen on for it; unset: `server.host`.",
    read: ({ edge }) => edge.management?.host ?? null,
  }),
  managementOnly: setting({
    path: "management.only",
    variable: "GHOSTLLM_MANAGEMENT_ONLY",
    kind: flag,
    default: false,
    help: "`server.port` then serves models, health and metrics alone: the admin API, the console, SCIM and the documentation are served on `management.port` and nowhere else.",
    read: ({ edge }) => edge.management?.isOnly ?? false,
  }),
  managementCertificateFile: setting<string | null>({
    path: "management.tls.certificate_file",
    variable: "GHOSTLLM_MANAGEMENT_TLS_CERTIFICATE_FILE",
    kind: optional(file),
    default: null,
    help: "Its certificate in PEM, with those of its issuers behind it. Unset: one that is made once and kept, for clients that pin it.",
    read: ({ edge }) => edge.management?.files?.certificateFile ?? null,
  }),
  managementKeyFile: setting<string | null>({
    path: "management.tls.key_file",
    variable: "GHOSTLLM_MANAGEMENT_TLS_KEY_FILE",
    kind: optional(file),
    default: null,
    help: "Its private key in PEM, without a passphrase.",
    read: ({ edge }) => edge.management?.files?.keyFile ?? null,
  }),
  managementClientCaFile: setting<string | null>({
    path: "management.tls.client_ca_file",
    variable: "GHOSTLLM_MANAGEMENT_TLS_CLIENT_CA_FILE",
    kind: optional(file),
    default: null,
    help: "Certificates in PEM of those who vouch for clients: each must show a certificate then, beside signing in. Read anew when it changes, and on SIGHUP.",
    read: ({ edge }) => edge.management?.clientCaFile ?? null,
  }),
};
