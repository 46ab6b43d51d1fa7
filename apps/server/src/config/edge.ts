// The settings of the edge put together, and what of them does not go together.

import type { EdgeSettings } from "./config.ts";
import type { ConfigProblem } from "./problems.ts";
import type { ReadSetting } from "./read-setting.ts";
import type { SettingValues } from "./settings.ts";
import { acmeOf, findTlsProblems, hasTls, managementOf, tlsOf } from "./tls.ts";

export function edgeOf(values: SettingValues, cwd: string, acmeCertificates: string | null): EdgeSettings {
  const tls = tlsOf(values, cwd);
  return {
    tls,
    acme: tls === null || tls.files !== null ? null : acmeOf(values, acmeCertificates),
    management: managementOf(values, cwd),
    domains: values.tlsDomains,
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

/** Settings that are right by themselves, and wrong beside others. */
export function findEdgeProblems(read: ReadSetting): readonly ConfigProblem[] {
  return [...findOpenCookies(read), ...findTlsProblems(read), ...findIdleRedirect(read), ...findUnknownBalancer(read)];
}

function findOpenCookies(read: ReadSetting): readonly ConfigProblem[] {
  const credentials = read("corsCredentials");
  const { value: origins, origin } = read("corsOrigins");
  if (credentials.value !== true || !Array.isArray(origins) || !origins.includes("*")) return [];
  const message = "cookies are never sent along by pages of every origin";
  return [{ path: credentials.origin, message, hint: `Name the origins instead of \`*\` in ${origin}.` }];
}

function findIdleRedirect(read: ReadSetting): readonly ConfigProblem[] {
  const { value, origin } = read("redirectPort");
  if (value === null || hasTls(read)) return [];
  const message = "there is no TLS here to lead to";
  return [
    {
      path: origin,
      message,
      hint: "Set tls.domains, or server.tls.certificate_file and server.tls.key_file, or unset it.",
    },
  ];
}

function findUnknownBalancer(read: ReadSetting): readonly ConfigProblem[] {
  const { value: proxies } = read("trustedProxies");
  const { value, origin } = read("proxyProtocol");
  if (value !== true || (Array.isArray(proxies) && proxies.length > 0)) return [];
  const message = "nobody is trusted to tell the client's address";
  return [{ path: origin, message, hint: "Name the load balancers in server.trusted_proxies." }];
}
