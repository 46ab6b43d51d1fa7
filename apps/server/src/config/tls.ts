// The settings of TLS put together: what one of them implies for others, and what does not go together.

import { resolve } from "node:path";
import type { EdgeSettings } from "./config.ts";
import type { AcmeSettings, ManagementSettings, ServerTls } from "./tls-config.ts";
import type { ReadSetting } from "./read-setting.ts";
import type { ConfigProblem } from "./problems.ts";
import type { SettingName, SettingValues } from "./settings.ts";

/** Values of settings that nobody has set, and the origin of what implies them. */
export interface Implied {
  readonly values: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly origin: string;
}

/** A server that has host names is reached from everywhere, by the usual ports. */
export function impliedByDomains(read: ReadSetting): Implied {
  const { value, origin } = read("tlsDomains");
  if (!Array.isArray(value) || value.length === 0) return { values: {}, origin };
  const all: Partial<Record<SettingName, unknown>> = { host: "0.0.0.0", port: 443, redirectPort: 80 };
  const unset = Object.entries(all).filter(([name]) => read(name as SettingName).origin === "default");
  return { values: Object.fromEntries(unset), origin };
}

export function hasTls(read: ReadSetting): boolean {
  const { value: domains } = read("tlsDomains");
  return read("tlsCertificateFile").value !== null || (Array.isArray(domains) && domains.length > 0);
}

export function tlsOf(values: SettingValues, cwd: string): EdgeSettings["tls"] {
  const { tlsCertificateFile, tlsKeyFile, tlsMinVersion, tlsDomains } = values;
  const minVersion: ServerTls["minVersion"] = `TLSv${tlsMinVersion}`;
  if (tlsCertificateFile !== null && tlsKeyFile !== null) {
    const files = { certificateFile: resolve(cwd, tlsCertificateFile), keyFile: resolve(cwd, tlsKeyFile) };
    return { files, minVersion };
  }
  return tlsDomains.length === 0 ? null : { files: null, minVersion };
}

export function acmeOf(values: SettingValues, certificates: string | null): AcmeSettings {
  const { acmeKeyId: keyId, acmeHmacKey: hmacKey } = values;
  return {
    ...{ domains: values.tlsDomains, directoryUrl: values.acmeDirectory, email: values.acmeEmail },
    ...{ caFile: values.acmeCaFile, certificates, keyType: values.acmeKeyType, retryMs: values.acmeRetryMs },
    externalAccount: keyId === null || hmacKey === null ? null : { keyId, hmacKey },
  };
}

export function managementOf(values: SettingValues, cwd: string): ManagementSettings | null {
  const { managementPort: port, managementHost: host, managementOnly: isOnly } = values;
  const { managementCertificateFile: certificate, managementKeyFile: key, managementClientCaFile: clients } = values;
  if (port === null) return null;
  const isInFiles = certificate !== null && key !== null;
  return {
    ...{ host, port, isOnly, clientCaFile: clients === null ? null : resolve(cwd, clients) },
    files: isInFiles ? { certificateFile: resolve(cwd, certificate), keyFile: resolve(cwd, key) } : null,
  };
}

export function findTlsProblems(read: ReadSetting): readonly ConfigProblem[] {
  return [
    ...findHalfOfPair(read, ["tlsCertificateFile", "tlsKeyFile"], "server.tls"),
    ...findHalfOfPair(read, ["managementCertificateFile", "managementKeyFile"], "management.tls"),
    ...findTerms(read),
    ...findHalfOfAccount(read),
    ...findNoManagement(read),
  ];
}

function findNoManagement(read: ReadSetting): readonly ConfigProblem[] {
  if (read("managementPort").value !== null) return [];
  const needing = ["managementOnly", "managementClientCaFile", "managementCertificateFile"] as const;
  return needing.flatMap((name) => {
    const { value, origin } = read(name);
    if (value === null || value === false) return [];
    const message = "there is no port for operators";
    return [{ path: origin, message, hint: "Set management.port, such as 4433, or unset it." }];
  });
}

function findHalfOfPair(
  read: ReadSetting,
  [certificateName, keyName]: readonly [SettingName, SettingName],
  place: string,
): readonly ConfigProblem[] {
  const [certificate, key] = [read(certificateName), read(keyName)];
  if ((certificate.value === null) === (key.value === null)) return [];
  const given = certificate.value === null ? key : certificate;
  const missing = certificate.value === null ? `${place}.certificate_file` : `${place}.key_file`;
  return [{ path: given.origin, message: "TLS needs both a certificate and its key", hint: `Set ${missing}, too.` }];
}

function findTerms(read: ReadSetting): readonly ConfigProblem[] {
  const hasFiles = read("tlsCertificateFile").value !== null;
  if (hasFiles || !hasTls(read) || read("acmeTerms").value === true) return [];
  return [
    {
      path: read("tlsDomains").origin,
      message: "a certificate is issued only to who accepts the terms of the authority",
      hint: "Read them, such as https://letsencrypt.org/repository/, and set tls.acme.accept_terms to true; or name files in server.tls.",
    },
  ];
}

function findHalfOfAccount(read: ReadSetting): readonly ConfigProblem[] {
  const [keyId, hmacKey] = [read("acmeKeyId"), read("acmeHmacKey")];
  if ((keyId.value === null) === (hmacKey.value === null)) return [];
  const given = keyId.value === null ? hmacKey : keyId;
  const missing = keyId.value === null ? "tls.acme.eab_key_id" : "tls.acme.eab_hmac_key";
  const message = "an account that exists elsewhere has both a key id and a key";
  return [{ path: given.origin, message, hint: `Set ${missing}, too.` }];
}
