// /litellm/key/*: https://docs.litellm.ai/docs/proxy/virtual_keys

import { createHash } from "node:crypto";
import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { GhostError } from "@ghostllm/contract";
import {
  allOf,
  boundFields,
  boundsIn,
  endOf,
  modelsIn,
  only,
  showBounds,
  textIn,
  textIs,
  textsIn,
  type Given,
} from "./fields.ts";
import type { CompatCall, CompatRoutes } from "./route.ts";

type ApiKey = RouteAnswer<AdminRoutes["apiKeys"]["get"]>;

const settable = ["models", "key_alias", "duration", "tags", "metadata", ...boundFields];
const creatable = [...settable, "key", "user_id", "team_id", "blocked", "send_invite_email", "key_type"];

export const keyRoutes: CompatRoutes = {
  "POST /key/generate": generate,
  "POST /key/update": update,
  "POST /key/delete": remove,
  "POST /key/block": async (call) => setBlocked(call, true),
  "POST /key/unblock": async (call) => setBlocked(call, false),
  "GET /key/info": async ({ admin, query, credential }) => {
    const asked = textIn(query, "key") ?? credential;
    const key = await findKey(admin, asked);
    return { key: asked, info: showKey(key) };
  },
  "GET /key/list": list,
};

async function generate({ admin, body, now }: CompatCall) {
  only(body, creatable);
  const [userId, teamId, given] = [textIn(body, "user_id"), textIn(body, "team_id"), textIn(body, "key")];
  const owner = userId === undefined && teamId !== undefined ? ({ owner: "team" } as const) : {};
  const facts = {
    ...{
      name: textIn(body, "key_alias") ?? "by LiteLLM's API",
      ...owner,
      ...(userId !== undefined && { user_id: userId }),
    },
    ...{ team_id: teamId ?? null, tags: tagsIn(body) ?? [], ...boundsIn(body), expires_at: endOf(body, now) ?? null },
    permissions: { models: modelsIn(body) ?? null, ...(body["blocked"] === true && { endpoints: [] }) },
  };
  if (given === undefined) {
    const { key, ...made } = await admin.apiKeys.create({ body: facts });
    return { ...showKey(made), key, key_name: `...${key.slice(-4)}` };
  }
  const made = await admin.apiKeys.import({
    body: { ...facts, sha256: createHash("sha256").update(given).digest("hex") },
  });
  return { ...showKey(made), key: given, key_name: `...${given.slice(-4)}` };
}

/** LiteLLM takes tags in two places. */
function tagsIn(body: Given): string[] | undefined {
  const metadata = body["metadata"];
  if (metadata === null || metadata === undefined) return textsIn(body, "tags");
  if (typeof metadata !== "object") return textsIn(body, "tags");
  only(metadata as Given, ["tags"]);
  return textsIn(body, "tags") ?? textsIn(metadata as Given, "tags");
}

async function update({ admin, body, now }: CompatCall) {
  only(body, ["key", "blocked", ...settable]);
  const { id } = await findKey(admin, textIs(body, "key"));
  const [name, models, tags, end] = [textIn(body, "key_alias"), modelsIn(body), tagsIn(body), endOf(body, now)];
  const isBlocked = body["blocked"];
  const permissions = {
    ...(models !== undefined && { models }),
    ...(typeof isBlocked === "boolean" && { endpoints: isBlocked ? [] : null }),
  };
  const change = {
    ...{ ...(name !== undefined && { name }), ...(tags !== undefined && { tags }), ...boundsIn(body) },
    ...(Object.keys(permissions).length > 0 && { permissions }),
    ...(end !== undefined && { expires_at: end }),
  };
  const changed = await admin.apiKeys.update({ params: { id }, body: change });
  return { key: textIs(body, "key"), ...showKey(changed) };
}

async function remove({ admin, body }: CompatCall) {
  only(body, ["keys", "key_aliases"]);
  const keys = textsIn(body, "keys") ?? [];
  const names = textsIn(body, "key_aliases") ?? [];
  const found = [];
  for (const key of keys) found.push({ told: key, id: (await findKey(admin, key)).id });
  for (const name of names) found.push({ told: name, id: (await findByName(admin, name)).id });
  for (const { id } of found) await admin.apiKeys.revoke({ params: { id } });
  return { deleted_keys: found.map(({ told }) => told) };
}

async function setBlocked({ admin, body }: CompatCall, isBlocked: boolean) {
  only(body, ["key"]);
  const { id } = await findKey(admin, textIs(body, "key"));
  const endpoints = isBlocked ? [] : null;
  return showKey(await admin.apiKeys.update({ params: { id }, body: { permissions: { endpoints } } }));
}

async function list({ admin, query }: CompatCall) {
  only(query, ["page", "size", "user_id", "team_id", "key_alias", "return_full_object", "include_team_keys"]);
  const [page, size] = [
    Math.max(1, Number(query["page"] ?? 1)),
    Math.min(100, Math.max(1, Number(query["size"] ?? 10))),
  ];
  const [user, team, name] = [textIn(query, "user_id"), textIn(query, "team_id"), textIn(query, "key_alias")];
  const filter = { ...(user !== undefined && { user_id: user }), ...(team !== undefined && { team_id: team }) };
  const all = await allOf((part) => admin.apiKeys.list({ query: { ...part, ...filter, is_active: "true" } }));
  const named = name === undefined ? all : all.filter((key) => key.name === name);
  const part = named.slice((page - 1) * size, page * size);
  const isFull = query["return_full_object"] === "true";
  return {
    keys: part.map((key) => (isFull ? showKey(key) : key.id)),
    ...{ total_count: named.length, current_page: page, total_pages: Math.ceil(named.length / size) },
  };
}

/** A whole key, its hash, its public part, or its id, which is its `token` here. */
export async function findKey(admin: Client, asked: string): Promise<ApiKey> {
  const publicId = publicIdOf(asked);
  if (publicId === null) return admin.apiKeys.get({ params: { id: asked } });
  const { data } = await admin.apiKeys.list({ query: { q: publicId, limit: 500 } });
  const found = data.find((key) => key.public_id === publicId);
  if (found !== undefined) return found;
  throw new GhostError("not_found", "There is no such key");
}

function publicIdOf(asked: string): string | null {
  const own = /^(gk-[0-9a-f]{12})(-[0-9a-f]+)?$/.exec(asked)?.[1] ?? /^(ik-[0-9a-f]{12})$/.exec(asked)?.[1];
  if (own !== undefined) return own;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(asked)) return null;
  const hash = /^[0-9a-f]{64}$/.test(asked) ? asked : createHash("sha256").update(asked).digest("hex");
  return `ik-${hash.slice(0, 12)}`;
}

async function findByName(admin: Client, name: string): Promise<ApiKey> {
  const all = await allOf((query) => admin.apiKeys.list({ query: { ...query, is_active: "true" } }));
  const [found, ...others] = all.filter((key) => key.name === name);
  if (found !== undefined && others.length === 0) return found;
  if (found === undefined) throw new GhostError("not_found", `There is no key ${name}`);
  throw new GhostError("conflict", `Several keys are called ${name}: name it by its token`);
}

function showKey(key: Omit<ApiKey, "key">) {
  const { endpoints, models } = key.permissions;
  return {
    ...{ token: key.id, token_id: key.id, key_name: key.public_id, key_alias: key.name },
    ...{ user_id: key.owner === "user" ? key.user_id : null, team_id: key.team_id, models: models ?? [] },
    ...showBounds(key),
    ...{ expires: key.expires_at, blocked: endpoints?.length === 0 || !key.is_active, metadata: { tags: key.tags } },
    ...{ created_at: key.created_at, last_active: key.last_used_at },
  };
}
