import type { Database } from "#control/store/database.ts";
import { declarableKinds, type DeclarableKind, type DeclaredStore } from "./declared-store.ts";

export function declaredIn({ kysely }: Database): DeclaredStore {
  return {
    async list() {
      const rows = await kysely.selectFrom("declared_objects").selectAll().orderBy("object_id").execute();
      return rows.flatMap(({ kind, object_id: id, name, place }) =>
        isDeclarable(kind) ? [{ kind, id, name, place }] : [],
      );
    },
    async places(kind) {
      const query = kysely.selectFrom("declared_objects").select(["object_id", "place"]).where("kind", "=", kind);
      return new Map((await query.execute()).map(({ object_id: id, place }) => [id, place]));
    },
    async placeOf(kind, id) {
      const query = kysely.selectFrom("declared_objects").select("place").where("kind", "=", kind);
      return (await query.where("object_id", "=", id).executeTakeFirst())?.place;
    },
    async keep({ kind, id, name, place }) {
      const insertion = kysely.insertInto("declared_objects").values({ kind, object_id: id, name, place });
      await insertion
        .onConflict((conflict) => conflict.columns(["kind", "object_id"]).doUpdateSet({ name, place }))
        .execute();
    },
    async forget({ kind, id }) {
      await kysely.deleteFrom("declared_objects").where("kind", "=", kind).where("object_id", "=", id).execute();
    },
  };
}

function isDeclarable(kind: string): kind is DeclarableKind {
  return declarableKinds.some((one) => one === kind);
}
