import { countByKey, rotate } from "#control/encryption/rotation.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

export function createEncryptionResource({
  encryption,
  store,
}: Pick<ResourceDependencies, "encryption" | "store">): Resource<"encryption"> {
  const deps = { encryption, values: store.sealedValues };
  return {
    async get() {
      const { sealed, unreadable } = await countByKey(deps);
      const keys = encryption.keys.map(({ kind, name }, place) => {
        return { kind, name, is_present: place === 0, sealed: sealed[place] ?? 0 };
      });
      return { keys, unreadable };
    },
    async rotate({ body }) {
      const { resealed, unchanged, unreadable } = await rotate(deps, body.all);
      return { resealed, unchanged, unreadable: [...unreadable] };
    },
  };
}
