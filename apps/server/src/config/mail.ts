import type { Config } from "./config.ts";
import type { ReadSetting } from "./read-setting.ts";
import type { ConfigProblem } from "./problems.ts";
import type { SettingName, SettingValues } from "./settings.ts";

export function mailOf(values: SettingValues): Config["mail"] {
  const { smtpUrl, mailFrom: from, mailPublicUrl: publicUrl } = values;
  return { smtpUrl, from, publicUrl, requireTls: values.mailRequireTls, timeoutMs: values.mailTimeoutMs };
}

const needed = {
  mailFrom: { message: "a mail server is named, but not from whom mails are", hint: "Set mail.from." },
  // Never that of a request: whoever asks could lead people with their links to a server of his own.
  mailPublicUrl: {
    message: "a mail server is named, but not where links in mails lead to",
    hint: "Set mail.public_url to the address at which people reach this server.",
  },
} satisfies Partial<Record<SettingName, { message: string; hint: string }>>;

/** Who sends mail must say from whom, and where its links lead to. */
export function findMailProblems(read: ReadSetting): readonly ConfigProblem[] {
  const server = read("smtpUrl");
  if (server.value === null) return [];
  return Object.entries(needed).flatMap(([name, problem]) =>
    read(name as keyof typeof needed).origin === "default" ? [{ path: server.origin, ...problem }] : [],
  );
}
