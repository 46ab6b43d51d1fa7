import type { PromptPolicy } from "@ghostllm/contract";
import type { Store } from "#control/store/store.ts";
import { invalid } from "./fields.ts";

/** What a key or a team may say of the texts of its requests. Throws GhostError where none are kept. */
export function storable<Policy extends PromptPolicy | null>(
  { contents }: Pick<Store, "contents">,
  policy: Policy,
): Policy {
  if (contents.days > 0 || policy === null || policy === "nothing") return policy;
  throw invalid("store_prompts", "This server stores no prompts (retention.prompt_days is 0)");
}
