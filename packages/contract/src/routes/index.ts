// The admin API as data: what the server binds, the client calls and the document describes.

export { adminRouteList, adminRoutes } from "./admin-routes.ts";
export type { AdminRoutes } from "./admin-routes.ts";
export { viewPages, viewSearches } from "#view-searches.ts";
export type { ViewPage } from "#view-searches.ts";
export { changingRoute, changingWhatIsMade, idempotencyKeyHeader, takesIdempotencyKey } from "./habits.ts";
export { bulkOperations, mostOperations } from "./bulk.ts";
export { liveMessage, liveOrder, livePath } from "./live.ts";
export type { LiveChange, LiveMessage } from "./live.ts";
export { mostCounted, requestRow } from "./requests.ts";
export { targetStates } from "./targets.ts";
export { isStreamType } from "./route.ts";
export type { AdminRoute, ParsedInput, RouteAnswer, RouteInput, StreamType } from "./route.ts";
export {
  chatStreamPath,
  realtimePath,
  scimPath,
  serviceOf,
  serviceOfConsole,
  serviceOfGroup,
  serviceOfScim,
  services,
} from "./services.ts";
export type { Service } from "./services.ts";
