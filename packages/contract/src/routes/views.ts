import { z } from "zod";
import { viewPages } from "#view-searches.ts";
import { id, idParams, listOf, namedQuery, openEnum, removed, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const search = z
  .record(z.string().max(40), z.string().max(400))
  .describe(
    "Filter, order, columns and time, as the page has them in its URL; what the page does not know is refused.",
  );

const view = z
  .object({
    id,
    page: openEnum(viewPages),
    name: z.string(),
    search: z.record(z.string(), z.string()),
    is_shared: z.boolean().describe("Everybody sees it."),
    user_id: id.nullable().describe("Who saved it; null where the user has been deleted."),
    user_name: z.string().nullable(),
    is_own: z.boolean(),
    may_change: z.boolean().describe("By the caller: one's own, or a shared one where one may share."),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "View" });

const name = z.string().trim().min(1).max(60);

const viewCreate = z
  .strictObject({ page: z.enum(viewPages), name, search, is_shared: z.boolean().default(false) })
  .meta({ id: "ViewCreate" });

const viewUpdate = z
  .strictObject({ name: name.optional(), search: search.optional(), is_shared: z.boolean().optional() })
  .meta({ id: "ViewUpdate" });

const tag = "Views";

export const viewRoutes = defineRoutes({
  list: {
    id: "views.list",
    tag,
    permission: "views.manage",
    method: "GET",
    path: "/admin/views",
    query: namedQuery("the name").extend({ page: z.enum(viewPages).optional() }),
    response: listOf(view),
    status: 200,
    summary: "List saved views",
    description: "One's own and those that are shared, oldest first. What others keep for themselves nobody sees.",
  },
  create: {
    id: "views.create",
    tag,
    permission: "views.manage",
    method: "POST",
    path: "/admin/views",
    body: viewCreate,
    response: view,
    status: 201,
    summary: "Save a view",
    description:
      "Names are unique among one's views of a page. A user has 100 at most. To share one needs `views.share`.",
  },
  update: {
    id: "views.update",
    tag,
    permission: "views.manage",
    method: "PATCH",
    path: "/admin/views/{id}",
    params: idParams,
    body: viewUpdate,
    response: view,
    status: 200,
    summary: "Change a view",
    description:
      "Fields left out stay as they are. What is shared needs `views.share`, but one may share one's own no more.",
  },
  remove: {
    id: "views.remove",
    tag,
    permission: "views.manage",
    method: "DELETE",
    path: "/admin/views/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a view",
    description: "What somebody else has shared needs `views.share`.",
  },
});
