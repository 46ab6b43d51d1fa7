// The settings of the edge put together, and what of them does not go together.

import { resolve } from "node:path";
import type { EdgeSettings } from "./config.ts";
import type { ConfigProblem } from "./problems.ts";
import type { SettingName, SettingValues } from "./settings.ts";

/** A setting's value, and what set it. */
export type ReadSetting = (name: SettingName) => { readonly value: unknown; readonly origin: string };

export function edgeOf(values: SettingValues, cwd: string): EdgeSettings {
  return {
    tls: tlsOf(values, cwd),
    tracesVendors: values.tracesVendors,
    hstsSeconds: values.hstsSeconds,
    redirectPort: values.redirectPort,
    publicHosts: values.publicHosts,
    trustedProxies: {
      addresses: values.trustedProxies,
      header: values.forwardedHeader,
      proxyProtocol: values.proxyProtocol,
    },
    cors: {
      origins: values.corsOrigins,
      adminOrigins: values.corsAdminOrigins,
      credentials: values.corsCredentials,
      maxAgeSeconds: values.corsMaxAgeSeconds,
    },
    compression: { isEnabled: values.compression, minBytes: values.compressionMinBytes },
  };
}

function tlsOf({ tlsCertificateFile, tlsKeyFile, tlsMinVersion }: SettingValues, cwd: string): EdgeSettings["tls"] {
  if (tlsCertificateFile === null || tlsKeyFile === null) return null;
  const [certificateFile, keyFile] = [resolve(cwd, tlsCertificateFile), resolve(cwd, tlsKeyFile)];
  return { certificateFile, keyFile, minVersion: `TLSv${tlsMinVersion}` };
}

/** Settings that are right by themselves, and wrong beside others. */
export function findEdgeProblems(read: ReadSetting): readonly ConfigProblem[] {
  return [...findOpenCookies(read), ...findHalfOfTls(read), ...findIdleRedirect(read), ...findUnknownBalancer(read)];
}

function findOpenCookies(read: ReadSetting): readonly ConfigProblem[] {
  const credentials = read("corsCredentials");
  const { value: origins, origin } = read("corsOrigins");
  if (credentials.value !== true || !Array.isArray(origins) || !origins.includes("*")) return [];
  const message = "cookies are never sent along by pages of every origin";
  return [{ path: credentials.origin, message, hint: `Name the origins instead of \`*\` in ${origin}.` }];
}

function findHalfOfTls(read: ReadSetting): readonly ConfigProblem[] {
  const [certificate, key] = [read("tlsCertificateFile"), read("tlsKeyFile")];
  if ((certificate.value === null) === (key.value === null)) return [];
  const given = certificate.value === null ? key : certificate;
  const missing = certificate.value === null ? "server.tls.certificate_file" : "server.tls.key_file";
  return [{ path: given.origin, message: "TLS needs both a certificate and its key", hint: `Set ${missing}, too.` }];
}

function findIdleRedirect(read: ReadSetting): readonly ConfigProblem[] {
  const { value, origin } = read("redirectPort");
  if (value === null || read("tlsCertificateFile").value !== null) return [];
  const message = "there is no TLS here to lead to";
  return [{ path: origin, message, hint: "Set server.tls.certificate_file and server.tls.key_file, or unset it." }];
}

function findUnknownBalancer(read: ReadSetting): readonly ConfigProblem[] {
  const { value: proxies } = read("trustedProxies");
  const { value, origin } = read("proxyProtocol");
  if (value !== true || (Array.isArray(proxies) && proxies.length > 0)) return [];
  const message = "nobody is trusted to tell the client's address";
  return [{ path: origin, message, hint: "Name the load balancers in server.trusted_proxies." }];
}
