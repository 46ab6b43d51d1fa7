import { z } from "zod";
import { scopeBudget, scopeBudgetsInput } from "./budget-fields.ts";
import {
  declaredIn,
  flag,
  id,
  idParams,
  limits,
  limitsInput,
  listOf,
  namedQuery,
  openEnum,
  removed,
  time,
} from "./fields.ts";
import { defineRoutes } from "./route.ts";

const settings = z
  .record(z.string(), z.string().max(500))
  .describe("Settings of the provider type, such as `apiVersion`.");

const additions = z.record(z.string().min(1).max(200), z.string().max(8000));
const headers = additions.describe(
  "Sent with every request to the provider. Kept encrypted and answered as `[secret]`.",
);
const query = additions.describe(
  "Parameters behind the URL of every request. Answered as they are, but for those that a variable of the configuration holds, and those whose name is that of a secret, such as `key` or `api_token`.",
);

const provider = z
  .object({
    id,
    name: z.string().describe("First part of `provider/model`."),
    provider_type: z.string(),
    base_url: z.string().nullable().describe("Null: the vendor's own."),
    effective_base_url: z.string().nullable().describe("What is called; null where there is none."),
    enabled: z.boolean(),
    has_credential: z.boolean(),
    credential_hint: z.string().nullable().describe("The last four characters of a long credential."),
    settings,
    headers,
    query,
    limits: limits.describe("Of all attempts at it together, whoever asks. Null is unlimited."),
    budgets: z.array(scopeBudget).describe("What may be spent at it by all together."),
    declared: declaredIn,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Provider" });

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    "Use lower-case letters, digits, dot, dash and underscore, at most 64 characters",
  );
const baseUrl = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .nullable()
  .describe("As the vendor's official SDK takes it; a version or an endpoint at its end is understood.");
// A line break would split the header that the credential is sent in.
const credential = z
  .string()
  .trim()
  .min(1)
  .max(10_000)
  .regex(
    /^(?:[\x21-\x7e]+|\{[\x20-\x7e\t\r\n]*\})$/,
    "A credential has no spaces, line breaks or characters outside of ASCII, unless it is a key file in JSON",
  );

const providerCreate = z
  .strictObject({
    name: name.optional().describe("The provider type where left out."),
    provider_type: z.string().min(1).max(64),
    base_url: baseUrl.default(null),
    api_key: credential.nullable().default(null).describe("Kept encrypted and never answered."),
    enabled: z.boolean().default(true),
    settings: settings.default({}),
    headers: headers.default({}),
    query: query.default({}),
    limits: limitsInput.optional(),
    budgets: scopeBudgetsInput.optional(),
  })
  .meta({ id: "ProviderCreate" });

const providerUpdate = z
  .strictObject({
    name: name.optional(),
    base_url: baseUrl.optional(),
    api_key: credential.nullable().optional(),
    enabled: z.boolean().optional(),
    settings: settings.optional(),
    headers: headers.optional(),
    query: query.optional(),
    limits: limitsInput.optional(),
    budgets: scopeBudgetsInput.optional(),
  })
  .meta({ id: "ProviderUpdate" });

const providerTest = z
  .object({
    ok: z.boolean(),
    message: z.string(),
    http_status: z.int().nullable().describe("The vendor's; null where it was not reached."),
    latency_ms: z.int().nullable(),
    models: z.int().nullable().describe("How many models the vendor lists."),
  })
  .meta({ id: "ProviderTest" });

const discovery = z
  .object({
    source: openEnum(["vendor", "catalog"]).describe(
      "The built-in catalogue is used where the vendor has no list or is out of reach.",
    ),
    found: z.int(),
    added: z.int(),
    removed: z.int().describe("Models that the vendor's list has no more; none that an operator has added or changed."),
    note: z.string().nullable().describe("Why it is not the vendor's own list."),
  })
  .meta({ id: "ModelDiscovery" });

const providerType = z
  .object({
    type: z.string(),
    label: z.string(),
    documentation: z.string(),
    base_url: z.string().nullable(),
    needs_credential: z.boolean(),
    credential_variables: z.array(z.string()),
    base_url_variables: z.array(z.string()),
    settings: z.array(z.object({ name: z.string(), variable: z.string(), default: z.string() })),
    operations: z.array(z.string()),
    lists_models: z.boolean(),
  })
  .meta({ id: "ProviderType" });

const tag = "Providers";

export const providerRoutes = defineRoutes({
  list: {
    id: "providers.list",
    tag,
    permission: "providers.read",
    method: "GET",
    path: "/admin/providers",
    query: namedQuery("the name or the type").extend({ enabled: flag.optional() }),
    response: listOf(provider),
    status: 200,
    summary: "List providers",
    description: "Oldest first. Credentials are never answered.",
  },
  create: {
    id: "providers.create",
    tag,
    permission: "providers.create",
    method: "POST",
    path: "/admin/providers",
    body: providerCreate,
    response: provider,
    status: 201,
    summary: "Add a provider",
    description:
      "Adds the models that the vendor lists as well, or those that the built-in catalogue knows where the vendor cannot be asked.",
  },
  get: {
    id: "providers.get",
    tag,
    permission: "providers.read",
    method: "GET",
    path: "/admin/providers/{id}",
    params: idParams,
    response: provider,
    status: 200,
    summary: "Read a provider",
    description: "The credential is never answered.",
  },
  update: {
    id: "providers.update",
    tag,
    permission: "providers.update",
    method: "PATCH",
    path: "/admin/providers/{id}",
    params: idParams,
    body: providerUpdate,
    response: provider,
    status: 200,
    summary: "Change a provider",
    description:
      "Fields left out stay as they are; `settings`, `headers` and `query` are replaced as a whole, and a value of `[secret]` stays what it is. `api_key: null` removes the credential. What is stored is for the host that it was given for: a change of `base_url`, or of a setting such as the region, that leads to another scheme, host or port needs `api_key` and all hidden values of `headers` and `query` anew.",
  },
  remove: {
    id: "providers.remove",
    tag,
    permission: "providers.remove",
    method: "DELETE",
    path: "/admin/providers/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Remove a provider",
    description: "Removes its models too. Usage records stay, and so do aliases that name it.",
  },
  test: {
    id: "providers.test",
    tag,
    permission: "providers.test",
    method: "POST",
    path: "/admin/providers/{id}/test",
    params: idParams,
    response: providerTest,
    status: 200,
    summary: "Test a provider",
    description: "Asks the vendor for its list of models with the stored credential, and says what came of it.",
  },
  discoverModels: {
    id: "providers.discoverModels",
    tag,
    permission: "models.create",
    method: "POST",
    path: "/admin/providers/{id}/models/discover",
    params: idParams,
    response: discovery,
    status: 200,
    summary: "Discover models",
    description:
      "Takes over the models that the vendor lists, with what it tells of them. Those that it does not list go, but for what an operator has added or changed. The same is done from time to time by itself.",
  },
  types: {
    id: "providers.types",
    tag,
    permission: "providers.read",
    method: "GET",
    path: "/admin/provider-types",
    response: listOf(providerType),
    status: 200,
    summary: "List provider types",
    description: "What can be added as a provider, with its default address and environment variables.",
  },
});
