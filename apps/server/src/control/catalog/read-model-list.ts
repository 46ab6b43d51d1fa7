import { z } from "zod";

const named = z.union([
  z.string(),
  z.object({ id: z.string() }).transform(({ id }) => id),
  z.object({ name: z.string() }).transform(({ name }) => name),
]);

/** OpenAI puts the list into `data`; Together answers the bare list; Ollama's own path and others use `models`. */
const modelList = z.union([
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
  z.object({ models: z.array(z.unknown()) }).transform(({ models }) => models),
  z.array(z.unknown()),
]);

const longestName = 200;

/** Names of the models in a vendor's answer, each once; null where it is no list of models. */
export function readModelList(body: unknown): readonly string[] | null {
  const list = modelList.safeParse(body);
  if (!list.success) return null;
  const names = list.data.flatMap((item) => {
    const name = named.safeParse(item);
    return name.success && name.data !== "" && name.data.length <= longestName ? [name.data] : [];
  });
  return [...new Set(names)];
}
