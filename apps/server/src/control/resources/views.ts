import { GhostError } from "@ghostllm/contract";
import { viewSearches, type AdminRoutes, type RouteAnswer, type ViewPage } from "@ghostllm/contract/routes";
import type { ViewRow } from "#control/store/view-store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { may, type Reach } from "#domain/access/may.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiView = RouteAnswer<AdminRoutes["views"]["create"]>;

const mostViews = 100;

const orders = { name: ({ name }: ViewRow) => name };

function listerOf(views: ResourceDependencies["store"]["views"]): Resource<"views">["list"] {
  return ({ query, actor }) => {
    const narrowed = query.page === undefined ? {} : { of: query.page };
    return readNamed(
      query,
      orders,
      (next) => views.list({ ...next, ...narrowed }, ownOf(actor)),
      (row) => toApiView(row, actor),
    );
  };
}

export function createViewsResource({ store }: Pick<ResourceDependencies, "store">): Resource<"views"> {
  const { views } = store;
  /** One that the caller may change: what he does not see is not there for him. */
  const findChangeable = async (id: string, actor: Actor): Promise<ViewRow> => {
    const view = found(await views.find(id, ownOf(actor)), "view", id);
    if (!isOwn(view, actor)) requireSharing(actor, "Somebody else has shared this view: to change it");
    return view;
  };
  return {
    list: listerOf(views),

    async create({ body: { page, name, search, is_shared: isShared }, actor }) {
      const { userId } = actor;
      if (userId === null)
        throw new GhostError("invalid_request_error", "The admin key belongs to no user, who views belong to");
      checkSearch(page, search);
      if (isShared) requireSharing(actor, "To share a view");
      if ((await views.count(userId)) >= mostViews)
        throw new GhostError("conflict", `There are ${mostViews} views already: delete one that is not needed`);
      return toApiView(await views.create({ userId, page, name, search, isShared }), actor);
    },

    async update({ params: { id }, body: { name, search, is_shared: isShared }, actor }) {
      const before = await findChangeable(id, actor);
      if (search !== undefined) checkSearch(before.page, search);
      if (isShared ?? before.isShared) requireSharing(actor, "To change what everybody sees");
      if (isShared === false && before.userId === null)
        throw invalid("is_shared", "Who has saved it is deleted: nobody would see it");
      const change = {
        ...(name !== undefined && { name }),
        ...(search !== undefined && { search }),
        ...(isShared !== undefined && { isShared }),
      };
      return toApiView(found(await views.update(id, change, ownOf(actor)), "view", id), actor);
    },

    async remove({ params: { id }, actor }) {
      await findChangeable(id, actor);
      if (!(await views.remove(id, ownOf(actor)))) throw notFound("view", id);
      return { id, deleted: true };
    },
  };
}

/** Whatever his permission reaches: what others keep for themselves is nobody's business. */
function ownOf({ userId }: Actor): Reach {
  return userId === null ? [] : [{ kind: "user", id: userId }];
}

function isOwn({ userId }: ViewRow, actor: Actor): boolean {
  return userId !== null && userId === actor.userId;
}

function mayChange(view: ViewRow, actor: Actor): boolean {
  return isOwn(view, actor) || may(actor, "views.share");
}

function requireSharing(actor: Actor, what: string): void {
  if (may(actor, "views.share")) return;
  throw new GhostError("permission_denied", `${what} needs the permission views.share, which admins have`);
}

/** Only what the page knows, and each within its bounds. */
function checkSearch(page: string, search: Readonly<Record<string, string>>): void {
  const [issue] = schemaOf(page)?.safeParse(search).error?.issues ?? [];
  if (issue === undefined) return;
  const name = issue.code === "unrecognized_keys" ? issue.keys[0] : issue.path[0];
  const message = issue.code === "unrecognized_keys" ? `The page ${page} has no such parameter` : issue.message;
  throw invalid(`search.${String(name)}`, message);
}

function schemaOf(page: string) {
  return isPage(page) ? viewSearches[page] : undefined;
}

function isPage(page: string): page is ViewPage {
  return Object.hasOwn(viewSearches, page);
}

function toApiView(row: ViewRow, actor: Actor): ApiView {
  return {
    ...{ id: row.id, page: row.page, name: row.name, search: { ...row.search }, is_shared: row.isShared },
    ...{ user_id: row.userId, user_name: row.userName, is_own: isOwn(row, actor), may_change: mayChange(row, actor) },
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}
