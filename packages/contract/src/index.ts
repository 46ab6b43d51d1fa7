// What crosses the network: the admin API as data, its typed client, the catalogue of errors, ids and money.
// Runs anywhere: nothing in here needs Node.

export { ClientError, createClient } from "./client.ts";
export type { Client, ClientErrorCode, ClientOptions } from "./client.ts";
export { errorCatalogue, GhostError } from "./errors.ts";
export type { ErrorCode, ErrorType, GhostErrorDetails } from "./errors.ts";
export { newId } from "./ids.ts";
export { formatUsd, nanosPerUsd, nanosToUsd, parseUsd, usdToNanos } from "./money.ts";
export { openApiDocument } from "./openapi/document.ts";
export type { JsonObject } from "./openapi/json.ts";
export { adminRouteList, adminRoutes } from "./routes/admin-routes.ts";
export type { AdminRoutes } from "./routes/admin-routes.ts";
export type { Access, AdminRoute, ParsedInput, RouteAnswer, RouteInput } from "./routes/route.ts";
