// docs/configuration.md, from the table of settings and the list of providers.

import type { ProviderDefinition } from "@ghostllm/llm";

import type { Setting } from "../../apps/server/src/config/setting.ts";
import { fileVariable } from "../../apps/server/src/config/settings.ts";
import { code, page, table } from "./markdown.ts";

type AnySetting = Pick<Setting<unknown>, "path" | "variable" | "alsoVariable" | "default" | "help" | "isLive"> & {
  readonly kind: { readonly name: string; show(value: never): string };
};

const introduction = `A value is looked for in the environment first, then in the configuration file, and else it is the default. An empty
variable counts as unset. Unknown names in the file, wrong types and bad values are all reported together at start;
\`ghostllm config check\` reports them without starting, and \`ghostllm config show\` prints every value with where it came from.

The file is \`${fileVariable.default}\`, or the one that \`${fileVariable.variable}\` names. ${fileVariable.help}

Each fault is told with its line and column, all of them at once. Editors complete and check the file by its schema, which is
[configuration.schema.json](configuration.schema.json), or \`/docs/configuration.schema.json\` of any server:

\`\`\`yaml
# yaml-language-server: $schema=https://llm.example.com/docs/configuration.schema.json
server:
  host: 0.0.0.0
  port: \${PORT:-8080} # a variable, with what counts where it is not set; $\${ is \${ itself
jwt_secret: file:/run/secrets/jwt # a secret may stand in a file of its own, also where a variable names it
log_level: info
\`\`\`

Within \`{ }\` and \`[ ]\` YAML wants quotes around \`"\${NAME}"\`. A variable adds a value and never a line to the file.

## While the server runs

The file, and the files of secrets that it names, are looked at every second, and read anew on \`SIGHUP\` and by \`ghostllm config reload\`. Settings marked
**reload** count at once, for requests that come from then on; a stream that runs keeps what it began with. Those marked **restart** wait
for the next start: the log says so, and so do \`ghostllm config status\` and the admin API. What has changed is in
the log and in the audit log. A file with a fault changes nothing: it is logged with its lines, \`/health\` is degraded, and
\`ghostllm_config_last_reload_successful\` is 0 until it is mended. Variables are those that the process was started with.

Providers, models, aliases, teams and keys in the file: [gitops.md](gitops.md).`;

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

What the file says of a provider is so, and is changed in the file alone ([gitops.md](gitops.md)). A declared provider takes the place of the detected one with the same name. When it is named like its type, the variables
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
    one.isLive === true ? "reload" : "restart",
    one.help,
  ]);
  return page(
    "Configuration",
    introduction,
    table(["In the file", "Variable", "Type", "Default", "Change", "Meaning"], rows),
    "## Providers",
    providersIntroduction,
    table(["Type", "Credential", "Base URL", "Further variables (default)"], providers.map(describeProvider)),
  );
}
