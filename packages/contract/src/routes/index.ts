// The admin API as data: what the server binds, the client calls and the document describes.

export { adminRouteList, adminRoutes } from "./admin-routes.ts";
export type { AdminRoutes } from "./admin-routes.ts";
export { liveMessage, liveOrder, livePath } from "./live.ts";
export type { LiveChange, LiveMessage } from "./live.ts";
export { mostCounted, requestRow } from "./requests.ts";
export type { AdminRoute, ParsedInput, RouteAnswer, RouteInput } from "./route.ts";
