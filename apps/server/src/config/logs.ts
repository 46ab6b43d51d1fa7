// Where logs go to, put together of settings.

import { resolve } from "node:path";
import type { LogSettings } from "./observing.ts";

interface LogValues {
  readonly logRequests: boolean;
  readonly logRequestsPerSecond: number | null;
  readonly logStdout: boolean;
  readonly logFile: string | null;
  readonly logFileBytes: number;
  readonly logFiles: number;
  readonly logFileAge: number;
  readonly logSyslog: string | null;
}

const usualPorts = { udp: 514, tcp: 601, tls: 6514 } as const;

export function logsOf(values: LogValues, cwd: string): LogSettings {
  return {
    ...{ requests: values.logRequests, requestsPerSecond: values.logRequestsPerSecond, toStdout: values.logStdout },
    file: values.logFile === null ? null : resolve(cwd, values.logFile),
    ...{ fileBytes: values.logFileBytes, files: values.logFiles, fileAgeMs: values.logFileAge },
    syslog: values.logSyslog === null ? null : receiverOf(values.logSyslog),
  };
}

function receiverOf(url: string): LogSettings["syslog"] {
  const { protocol, hostname, port } = new URL(url);
  const transport = protocol === "udp:" ? "udp" : protocol === "tls:" ? "tls" : "tcp";
  const host = hostname.replace(/^\[|\]$/g, "");
  return { transport, host, port: port === "" ? usualPorts[transport] : Number(port) };
}

export function shownSyslog(receiver: LogSettings["syslog"]): string | null {
  if (receiver === null) return null;
  const { transport, host, port } = receiver;
  return `${transport}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
