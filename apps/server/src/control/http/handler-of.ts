import type { AdminRoute } from "@ghostllm/contract/routes";

/** A handler as the binding sees it: its types were checked against its route where it was written. */
export type AnyHandler = (request: object) => Promise<unknown>;

export function handlerOf(resources: object, { id }: AdminRoute): AnyHandler {
  const [group = "", name = ""] = id.split(".");
  const resource: unknown = Reflect.get(resources, group);
  const handler: unknown = typeof resource === "object" && resource !== null ? Reflect.get(resource, name) : undefined;
  if (typeof handler !== "function") throw new Error(`No handler for the route ${id}`);
  return async (request) => handler(request);
}
