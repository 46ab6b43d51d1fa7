// /litellm/model/info, /spend/logs and /health/*: what LiteLLM's clients read of models, of what was spent, and of how the proxy is.

import type { Client } from "@ghostllm/contract/client";
import { allOf, only, textIn, toUsd } from "./fields.ts";
import { findKey } from "./keys.ts";
import type { CompatCall, CompatRoutes } from "./route.ts";

const mostLogs = 10_000;

export const otherRoutes: CompatRoutes = {
  "GET /model/info": async ({ admin }) => ({ data: await modelsOf(admin) }),
  "GET /v1/model/info": async ({ admin }) => ({ data: await modelsOf(admin) }),
  "GET /models": async ({ admin }) => ({ object: "list", data: await namesOf(admin) }),
  "GET /model_group/info": async ({ admin }) => {
    const groups = Map.groupBy(await modelsOf(admin), ({ model_name: name }) => name);
    const data = [...groups].map(([name, all]) => ({
      model_group: name,
      providers: all.map((one) => one.model_info.provider),
    }));
    return { data };
  },
  "GET /spend/logs": readLogs,
  "GET /health/liveliness": async () => "I'm alive!",
  "GET /health/liveness": async () => "I'm alive!",
  async "GET /health/readiness"({ admin }) {
    await admin.sessions.me();
    return { status: "connected", db: "connected" };
  },
  async "GET /health"({ admin }) {
    const { data } = await admin.targets.list({ query: {} });
    const shown = data.map(({ provider, model, state }) => ({ model: `${provider}/${model}`, state }));
    const [healthy, unhealthy] = [shown.filter(isWell), shown.filter((one) => !isWell(one))];
    const counts = { healthy_count: healthy.length, unhealthy_count: unhealthy.length };
    return { healthy_endpoints: healthy, unhealthy_endpoints: unhealthy, ...counts };
  },
};

const isWell = ({ state }: { readonly state: string }): boolean => state === "closed";

/** A deployment is a target of an alias, or a model by its own name. */
async function modelsOf(admin: Client) {
  const aliases = await allOf((query) => admin.aliases.list({ query }));
  const models = await allOf((query) => admin.models.list({ query }));
  const byPlace = new Map(models.map((model) => [`${model.provider}/${model.name}`, model]));
  const targets = aliases.flatMap(({ id, name, targets: all }) =>
    all.map(({ provider, model, weight, limits }) => {
      const place = `${provider}/${model}`;
      const held = { rpm: limits?.requests_per_minute ?? null, tpm: limits?.tokens_per_minute ?? null };
      return {
        ...entryOf(name, place, byPlace.get(place)),
        litellm_params: { model: place, weight, ...held },
        alias_id: id,
      };
    }),
  );
  const own = models.map((model) => entryOf(model.name, `${model.provider}/${model.name}`, model));
  return [...targets, ...own];
}

type Model = Awaited<ReturnType<Client["models"]["get"]>>;

function entryOf(name: string, place: string, model: Model | undefined) {
  const perToken = (price: string | undefined): number | null =>
    price === undefined ? null : toUsd(price) / 1_000_000;
  return {
    model_name: name,
    litellm_params: { model: place },
    model_info: {
      ...{
        id: model?.id ?? place,
        provider: place.split("/", 1)[0] ?? "",
        max_input_tokens: model?.context_length ?? null,
      },
      input_cost_per_token: perToken(model?.prices?.input_usd),
      output_cost_per_token: perToken(model?.prices?.output_usd),
    },
  };
}

async function namesOf(admin: Client) {
  const names = new Set((await modelsOf(admin)).map(({ model_name: name }) => name));
  return [...names].map((id) => ({ id, object: "model", created: 0, owned_by: "ghostllm" }));
}

async function readLogs({ admin, query }: CompatCall) {
  only(query, ["start_date", "end_date", "api_key", "user_id", "summarize"]);
  const [from, to, user] = [textIn(query, "start_date"), textIn(query, "end_date"), textIn(query, "user_id")];
  const asked = textIn(query, "api_key");
  const key = asked === undefined ? undefined : (await findKey(admin, asked)).id;
  const filter = {
    ...{ ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
    ...{ ...(user !== undefined && { user_id: user }), ...(key !== undefined && { api_key_id: key }) },
  };
  const records = await allOf((part) => admin.usage.list({ query: { ...part, ...filter } }), mostLogs);
  return records.map((one) => ({
    ...{
      request_id: one.id,
      api_key: one.api_key_id,
      user: one.user_id,
      team_id: one.team_id,
      call_type: one.operation,
    },
    ...{
      startTime: one.created_at,
      model: one.model,
      model_group: one.requested_model,
      custom_llm_provider: one.provider,
    },
    ...{ prompt_tokens: one.prompt_tokens, completion_tokens: one.completion_tokens, total_tokens: one.total_tokens },
    ...{ spend: one.cost_usd === null ? 0 : toUsd(one.cost_usd), status: one.status === "ok" ? "success" : "failure" },
  }));
}
