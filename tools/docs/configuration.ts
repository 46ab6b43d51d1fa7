// docs/configuration.md, from the table of settings and the list of providers.

import type { ProviderDefinition } from "@ghostllm/llm";

import type { Setting } from "../../apps/server/src/config/setting.ts";
import { fileVariable } from "../../apps/server/src/config/settings.ts";
import { code, page, table } from "./markdown.ts";

type AnySetting = Pick<Setting<unknown>, "path" | "variable" | "alsoVariable" | "default" | "help"> & {
  readonly kind: { readonly name: string; show(value: never): string };
};

const introduction = `A value is looked for in the environment first, then in the configuration file, and else it is the default. An empty
variable counts as unset. Unknown names in the file, wrong types and bad values are all reported together at start;
\`ghostllm config check\` reports them without starting, and \`ghostllm config show\` prints every value with where it came from.

The file is \`${fileVariable.default}\`, or the one that \`${fileVariable.variable}\` names. ${fileVariable.help}`;

const providersIntroduction = `A vendor whose variables are set is configured at start. The file may declare more, and several of one type, under \`providers:\`:

\`\`\`yaml
providers:
  - name: team-a # asked for as \`team-a/model\`; the type when left out
    type: openai
    api_key_env: TEAM_A_OPENAI_KEY # the variable that holds the key; or api_key with the key itself
  - name: local
    type: openai-compatible
    base_url: http://127.0.0.1:8000/v1
    headers: # with every request; never shown
      X-Org: harbour
      X-Token: { env: LOCAL_TOKEN } # or under headers_env: X-Token: LOCAL_TOKEN
    query: # with every request, behind the URL; query_env for values that variables hold
      tenant: a
\`\`\`

A base URL may end with its version (\`/v1\`, \`/openai/v1\`, \`/v1beta\`), with an endpoint (\`/v1/chat/completions\`, \`/api/chat\`) or with
neither: what GhostLLM's own paths have stands there once. What cannot be meant is refused with a sentence. Headers of the connection
itself (\`Host\`, \`Content-Length\`, \`Connection\` and their like) cannot be added.

A declared provider takes the place of the detected one with the same name. When it is named like its type, the variables
below still go before what the file says, except for a key that \`api_key_env\` names.`;

function showDefault({ kind, default: value }: AnySetting): string {
  const text = value === null ? "" : kind.show(value as never);
  return text === "" ? "unset" : code(text);
}

function describeCredential({
  credentialVariables,
  credentialParts,
  credentialFiles = [],
}: ProviderDefinition): string {
  const needed = credentialParts?.needed.map(code).join(" and ") ?? "";
  const parts = credentialParts === undefined ? [] : [`${needed} (with ${credentialParts.optional.map(code).join()})`];
  return [...credentialVariables.map(code), ...parts, ...credentialFiles.map((one) => `${code(one)} (a file)`)].join(
    ", ",
  );
}

function describeProvider(provider: ProviderDefinition): readonly string[] {
  const further = Object.values(provider.settings ?? {}).map(
    (one) => `${code(one.variable)} (${one.needed === true ? "needed" : code(one.default)})`,
  );
  return [
    code(provider.type),
    describeCredential(provider) + (provider.needsCredential ? "" : " (optional)"),
    provider.baseUrlVariables.map(code).join(", ") + (provider.baseUrl === null ? " (needed)" : ""),
    further.join(", "),
  ];
}

export function describeConfiguration(
  settings: readonly AnySetting[],
  providers: readonly ProviderDefinition[],
): string {
  const rows = settings.map((one) => [
    code(one.path),
    [one.variable, ...(one.alsoVariable === undefined ? [] : [one.alsoVariable])].map(code).join(", "),
    one.kind.name,
    showDefault(one),
    one.help,
  ]);
  return page(
    "Configuration",
    introduction,
    table(["In the file", "Variable", "Type", "Default", "Meaning"], rows),
    "## Providers",
    providersIntroduction,
    table(["Type", "Credential", "Base URL", "Further variables (default)"], providers.map(describeProvider)),
  );
}
