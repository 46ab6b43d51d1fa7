import type { Passkey } from "#api/queries.ts";

/** What is asked for, and of which. */
export type Asked =
  { readonly kind: "add" } | { readonly kind: "rename" | "remove"; readonly passkey: Pick<Passkey, "id" | "name"> };
