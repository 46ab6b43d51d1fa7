import { services } from "@ghostllm/contract/routes";
import type { RunningServer } from "#compose/compose.ts";
import { version } from "./version.ts";

type Facts = RunningServer["facts"];
type Running = Pick<
  RunningServer,
  | "url"
  | "consoleUrl"
  | "redirectUrl"
  | "metricsUrl"
  | "management"
  | "services"
  | "facts"
  | "providerNames"
  | "proxies"
  | "exampleModel"
>;

function describeManagement({ management }: Running): readonly string[] {
  if (management === null) return [];
  return [row("Management", management.url), row("SHA-256", management.fingerprint)];
}

/** What a person reads after the start. Password and key are in it at the first start only, and nowhere else ever. */
export function bannerOf(server: Running): string {
  const { url, redirectUrl, metricsUrl, services: own, facts, providerNames, proxies, exampleModel } = server;
  const lines = [
    `GhostLLM ${version} serves on ${url}`,
    "",
    ...(redirectUrl === null ? [] : [row("Redirect", `${redirectUrl} leads there`)]),
    ...(metricsUrl === null ? [] : [row("Metrics", metricsUrl)]),
    ...describeManagement(server),
    ...(own.length === services.length ? [] : [row("Services", `${own.join(", ")}, and no others`)]),
    ...describeAccess(server),
    ...describeProviders(facts, providerNames),
    ...(proxies === null ? [] : [row("Proxy", proxies)]),
  ];
  if (facts.first !== null && exampleModel !== null) {
    lines.push("", "Try it:", "", curlOf(url, facts.first.apiKey.reveal(), exampleModel));
  }
  return `\n${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}\n\n`;
}

function describeAccess({ url, consoleUrl, facts: { first, adminKeyFile } }: Running): readonly string[] {
  const lines =
    consoleUrl === null
      ? [row("Console", `${url}/docs (the admin API with its explorer)`)]
      : [row("Console", consoleUrl), row("API", `${url}/docs`)];
  if (first !== null) {
    lines.push(row("Admin e-mail", first.adminEmail));
    lines.push(row("Password", first.generatedPassword?.reveal() ?? "the one in ADMIN_PASSWORD"));
    lines.push(row("API key", first.apiKey.reveal()));
    lines.push(row("", "Password and key are shown this once: keep them now."));
  }
  if (adminKeyFile !== null) lines.push(row("Admin key", `in ${adminKeyFile}, where the command line finds it`));
  return lines;
}

/** All that serve, and where those came from that this start has looked at. */
function describeProviders({ providers }: Facts, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [row("Providers", "none; `ghostllm provider add` adds one")];
  const describe = (name: string): string => {
    const found = providers.find((provider) => provider.name === name);
    return found === undefined ? name : `${name} (${found.origin}, ${found.outcome})`;
  };
  return names.map((name, index) => row(index === 0 ? "Providers" : "", describe(name)));
}

function row(label: string, value: string): string {
  return `${label.padEnd(14)}${value}`;
}

function curlOf(url: string, key: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Say hello" }], stream: true });
  return `curl -N ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '${body}'`;
}
