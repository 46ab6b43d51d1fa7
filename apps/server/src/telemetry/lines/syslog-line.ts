// A line as RFC 5424 has it. Pure.

export interface SyslogSender {
  readonly host: string;
  readonly processId: number;
}

const application = "ghostllm";
/** local0 */
const facility = 16;
const severities: Readonly<Record<string, number>> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7, trace: 7 };
const levelNumbers: Readonly<Record<string, string>> = {
  "60": "fatal",
  "50": "error",
  "40": "warn",
  "30": "info",
  "20": "debug",
  "10": "trace",
};

/** `line` is JSON, of which level and time come first. What follows the header is the line as it is, in UTF-8. */
export function syslogLine(line: string, { host, processId }: SyslogSender): Buffer {
  const [, number = "30"] = /^\{"level":(\d+)/.exec(line) ?? [];
  const severity = severities[levelNumbers[number] ?? "info"] ?? 6;
  const [, time = "-"] = /^\{"level":\d+,"time":"([^"]{20,30})"/.exec(line) ?? [];
  return Buffer.from(`<${facility * 8 + severity}>1 ${time} ${nameOf(host)} ${application} ${processId} - - ${line}`);
}

/** Printable ASCII without spaces, at most 255. */
function nameOf(host: string): string {
  const name = host.replaceAll(/[^\x21-\x7e]/g, "_").slice(0, 255);
  return name === "" ? "-" : name;
}

/** Over a stream each message stands behind its length (RFC 6587, 3.4.1; RFC 5425). */
export function counted(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}
