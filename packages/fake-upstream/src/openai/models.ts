import type { JsonObject } from "#script.ts";

const createdSeconds = 1_700_000_000;

export function renderModel(id: string): JsonObject {
  return { id, object: "model", created: createdSeconds, owned_by: "fake-upstream" };
}

export function renderModelList(ids: readonly string[]): JsonObject {
  return { object: "list", data: ids.map(renderModel) };
}
