// What is asked of the admin API: every route that answers GET, the larger ones in the ways in which the console and reports ask them.
// Each call asks for something else where it can, so that no answer of before is at hand.

import { adminRouteList } from "@ghostllm/contract/routes";
import { at, type Cast } from "./cast.ts";

/** Who asks: the admin key, the manager of a team, or somebody in none of its offices. */
export type Caller = "admin" | "manager" | "member";

export interface Ask {
  /** Of the contract. */
  readonly route: string;
  /** What is special about it. */
  readonly what: string;
  readonly caller: Caller;
  /** Of the call of this number. */
  path(call: number): string;
  /** Only until its first bytes are there: how long all of it takes depends on who reads. */
  readonly isExport: boolean;
}

/** Made for the purpose, by the admin API. */
export interface Made {
  readonly alias: string;
  readonly webhook: string;
  readonly serviceAccount: string;
  readonly consentPolicy: string;
  readonly report: string;
  readonly provider: string;
  readonly model: string;
  /** Ids of requests, of those that wait for consent or did, and of entries of the audit log. */
  readonly requests: readonly string[];
  readonly consents: readonly string[];
  readonly entries: readonly string[];
}

/** What is not measured, and why. */
const left: ReadonlyMap<string, string> = new Map([
  ["signInMethods.get", "a row by its id, of a table of few rows; to make one takes an issuer"],
  ["events.stream", "it does not end"],
  ["personalData.erasure", "an erasure by its id: to make one erases somebody"],
  ["requests.content", "a text by its id, of those few that are stored"],
  ["reports.content", "a text by its id"],
  ["guardrails.get", "a row by its id, of a table of few rows"],
  ["chatSessions.list", "one's own, by the index of a user: who asks here has none"],
  ["chatSessions.get", "one's own, by its id"],
  ["chatSessions.export", "one's own, by its id"],
  ["chatSessions.exportMarkdown", "one's own, by its id"],
]);

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const dimensions = ["model", "provider", "key", "user", "team", "organisation", "alias", "status"] as const;
const ranges = { "24h": dayMs, "7d": 7 * dayMs, "30d": 30 * dayMs, "90d": 90 * dayMs } as const;
type Range = keyof typeof ranges;

class Asks {
  readonly list: Ask[] = [];
  readonly #cast: Cast;
  readonly #to: number;

  constructor(cast: Cast, to: number) {
    this.#cast = cast;
    this.#to = to;
  }

  add(route: string, what: string, path: string | ((call: number) => string), caller: Caller = "admin"): void {
    const isExport = /export/i.test(route);
    const build = typeof path === "string" ? () => path : path;
    this.list.push({ route, what, caller, isExport, path: (call) => `${pathOf(route)}${build(call)}` });
  }

  /** Of the busiest, and of those that are hardly used. */
  busyKey = (call: number): string => at(this.#cast.keys, call % 50).id;
  quietKey = (call: number): string => at(this.#cast.keys, this.#cast.keys.length - 1 - call * 3).id;
  user = (call: number): string => at(this.#cast.users, (call * 17) % this.#cast.users.length).id;
  userOfBusyKey = (call: number): string => at(this.#cast.keys, call % 50).userId;
  team = (call: number): string => at(this.#cast.teams, (call * 3) % this.#cast.teams.length).id;
  organisation = (call: number): string => at(this.#cast.organisations, call % this.#cast.organisations.length);

  /** A time of this length, up to a different hour for each call. */
  during = (range: Range, call = 0): string => {
    const to = this.#to - call * hourMs;
    return `from=${new Date(to - ranges[range]).toISOString()}&to=${new Date(to).toISOString()}`;
  };
}

/** `/admin/users/{id}` by what is put behind it: `{}` takes the place of the first parameter. */
function pathOf(route: string): string {
  const found = adminRouteList.find(({ id }) => id === route);
  if (found === undefined) throw new Error(`there is no route ${route}`);
  return found.path.replace(/\/\{.*$/, "");
}

export function makeAsks(cast: Cast, to: number, made: Made): readonly Ask[] {
  const asks = new Asks(cast, to);
  askForPeople(asks, cast);
  askForThings(asks, made);
  askForRequests(asks, made);
  askForSeries(asks);
  askForBudgets(asks);
  askForTrails(asks, made);
  const asked = new Set(asks.list.map(({ route }) => route));
  const forgotten = adminRouteList.filter(({ id, method }) => method === "GET" && !asked.has(id) && !left.has(id));
  if (forgotten.length > 0)
    throw new Error(`Nobody asks ${forgotten.map(({ id }) => id).join(", ")}: add them to asks.ts`);
  return asks.list;
}

function askForPeople(asks: Asks, cast: Cast): void {
  const middle = (list: readonly { readonly id: string }[], call: number): string =>
    at(list.map(({ id }) => id).toSorted(), Math.floor(list.length / 2) + call);
  asks.add("sessions.list", "first page", "");
  asks.add("sessions.list", "of a user", (call) => `?user_id=${asks.user(call)}`);
  asks.add("sessions.me", "", "");
  asks.add("sessions.me", "a member", "", "member");
  asks.add("secondFactor.get", "", "", "member");
  asks.add("secondFactor.ofUser", "", (call) => `/${asks.user(call)}/second-factor`);
  asks.add("passkeys.list", "", "", "member");
  asks.add("passkeys.ofUser", "", (call) => `/${asks.user(call)}/passkeys`);
  for (const route of ["signIn.options", "signInMethods.list", "scim.listTokens", "scim.roles"])
    asks.add(route, "", "");
  asks.add("users.list", "500 of them", "?limit=500");
  asks.add("users.list", "500 from the middle", (call) => `?limit=500&after=${middle(cast.users, call)}`);
  asks.add("users.list", "a manager", "?limit=500", "manager");
  asks.add("users.get", "", (call) => `/${asks.user(call)}`);
  asks.add("personalData.export", "", (call) => `/${asks.user(call)}/export`);
  asks.add("personalData.erasures", "", "");
  asks.add("organisations.list", "", "?limit=500");
  asks.add("organisations.get", "", (call) => `/${asks.organisation(call)}`);
  asks.add("teams.list", "all", "?limit=500");
  asks.add("teams.list", "of a user", (call) => `?user_id=${asks.user(call)}`);
  asks.add("teams.list", "of an organisation", (call) => `?organisation_id=${asks.organisation(call)}`);
  asks.add("teams.list", "a manager", "?limit=500", "manager");
  asks.add("teams.get", "", (call) => `/${asks.team(call)}`);
  asks.add("teams.members", "", (call) => `/${asks.team(call)}/members?limit=500`);
  asks.add("roles.list", "", "");
  asks.add("roles.get", "", "/member");
  asks.add("apiKeys.list", "500 of them", "?limit=500");
  asks.add("apiKeys.list", "500 from the middle", (call) => `?limit=500&after=${middle(cast.keys, call * 100)}`);
  asks.add("apiKeys.list", "of a user", (call) => `?limit=500&user_id=${asks.user(call)}`);
  asks.add("apiKeys.list", "of a team", (call) => `?limit=500&team_id=${asks.team(call)}`);
  asks.add("apiKeys.list", "with a tag", (call) => `?limit=500&tag=app-${(call * 10) % 70}`);
  asks.add("apiKeys.list", "with a tag that no key has", "?limit=500&tag=nobody");
  asks.add("apiKeys.list", "a manager", "?limit=500", "manager");
  asks.add("apiKeys.list", "a member", "?limit=500", "member");
  asks.add("apiKeys.get", "", (call) => `/${asks.busyKey(call)}`);
}

function askForThings(asks: Asks, made: Made): void {
  for (const route of ["providers.list", "providers.types", "prices.get", "cache.get", "aliases.list", "models.list"])
    asks.add(route, "", "");
  asks.add("providers.get", "", `/${made.provider}`);
  asks.add("models.get", "", `/${made.model}`);
  asks.add("aliases.get", "", `/${made.alias}`);
  asks.add("serviceAccounts.list", "", "");
  asks.add("serviceAccounts.get", "", `/${made.serviceAccount}`);
  asks.add("views.list", "", "");
  asks.add("webhooks.list", "", "");
  asks.add("webhooks.get", "", `/${made.webhook}`);
  asks.add("webhooks.deliveries", "", `/${made.webhook}/deliveries`);
  for (const route of ["consentPolicies.list", "guardrails.list", "reports.list", "certificates.list"])
    asks.add(route, "", "");
  asks.add("consentPolicies.get", "", `/${made.consentPolicy}`);
  asks.add("reports.get", "", `/${made.report}`);
  asks.add("reports.runs", "", `/${made.report}/runs`);
  asks.add("alerts.list", "", "");
  asks.add("notifications.list", "", "");
  asks.add("notifications.list", "a member", "", "member");
  for (const route of ["backups.list", "backups.plan", "system.declared"]) asks.add(route, "", "");
  for (const route of [
    "system.read",
    "targets.list",
    "targets.queues",
    "system.configuration",
    "system.file",
    "encryption.get",
  ])
    asks.add(route, "", "");
}

function askForRequests(asks: Asks, made: Made): void {
  const filters: Readonly<Record<string, (call: number) => string>> = {
    newest: () => "limit=100",
    "from the middle": (call) => `limit=100&after=${at(made.requests, call % made.requests.length)}`,
    "30 days of a key": (call) => `api_key_id=${asks.busyKey(call)}&${asks.during("30d")}`,
    "30 days of a quiet key": (call) => `api_key_id=${asks.quietKey(call)}&${asks.during("30d")}`,
    "30 days of a user": (call) => `user_id=${asks.userOfBusyKey(call)}&${asks.during("30d")}`,
    "30 days of a team": (call) => `team_id=${asks.team(call)}&${asks.during("30d")}`,
    "30 days of an organisation": (call) => `organisation_id=${asks.organisation(call)}&${asks.during("30d")}`,
    "30 days of a provider": () => `provider_id=${made.provider}&${asks.during("30d")}`,
    "30 days of a model that nobody has": () => `model=nobody&${asks.during("30d")}`,
    "30 days that failed": (call) => `status=failed&${asks.during("30d", call)}`,
    "30 days with a code of an error": (call) => `error_code=provider_error&${asks.during("30d", call)}`,
    "30 days with a code that no error has": (call) => `error_code=nobody&${asks.during("30d", call)}`,
    "30 days, http 499": (call) => `http_status=499&${asks.during("30d", call)}`,
    "30 days, slower than 60 s": (call) => `min_latency_ms=60000&${asks.during("30d", call)}`,
    "30 days, dearer than 1 USD": (call) => `min_cost_usd=1&${asks.during("30d", call)}`,
    "30 days, a dialect that nobody speaks": (call) => `dialect=gemini&${asks.during("30d", call)}`,
    "30 days, streamed": (call) => `streamed=true&${asks.during("30d", call)}`,
    "30 days by cost": (call) => `order_by=cost&${asks.during("30d", call)}`,
    "30 days by latency": (call) => `order_by=latency&${asks.during("30d", call)}`,
    "30 days by tokens": (call) => `order_by=tokens&${asks.during("30d", call)}`,
    "30 days by first token, rising": (call) => `order_by=first_token&order=asc&${asks.during("30d", call)}`,
    "24 hours by cost": (call) => `order_by=cost&${asks.during("24h", call)}`,
    "by the beginning of an id": (call) => `id=${at(made.requests, call % made.requests.length).slice(0, 11)}`,
  };
  for (const [what, query] of Object.entries(filters)) asks.add("requests.list", what, (call) => `?${query(call)}`);
  asks.add("requests.list", "a manager", "?limit=100", "manager");
  asks.add("requests.list", "a member", "?limit=100", "member");
  asks.add("requests.refused", "", "");
  for (const route of ["requests.export", "requests.exportNdjson"]) {
    asks.add(route, "30 days", (call) => `?${asks.during("30d", call)}`);
    asks.add(route, "30 days of a team", (call) => `?team_id=${asks.team(call)}&${asks.during("30d")}`);
  }
  asks.add("requests.get", "", (call) => `/${at(made.requests, call % made.requests.length)}`);
  asks.add("usage.list", "newest", "?limit=500");
  asks.add("usage.list", "of a key", (call) => `?limit=500&api_key_id=${asks.busyKey(call)}`);
  asks.add("usage.list", "of a team", (call) => `?limit=500&team_id=${asks.team(call)}`);
}

function askForSeries(asks: Asks): void {
  const series = (what: string, query: (call: number) => string, caller: Caller = "admin"): void =>
    asks.add("usage.series", what, (call) => `?${query(call)}`, caller);
  for (const range of ["24h", "7d", "30d", "90d"] as const) {
    series(`${range}, sum, compared`, (call) => `compare=true&${asks.during(range, call)}`);
    for (const by of dimensions) series(`${range} by ${by}`, (call) => `group_by=${by}&${asks.during(range, call)}`);
  }
  for (const [place, one] of dimensions.entries())
    for (const other of dimensions.slice(place + 1))
      series(`30d by ${one} and ${other}`, (call) => `group_by=${one},${other}&${asks.during("30d", call)}`);
  series(
    "3h by minute and model",
    () =>
      "bucket=minute&group_by=model&" +
      asks
        .during("24h")
        .replace(/from=[^&]*/, `from=${new Date(Date.now() - 3 * hourMs).toISOString()}`)
        .replace(/to=.*$/, `to=${new Date().toISOString()}`),
  );
  series("24h by minute", (call) => `bucket=minute&${asks.during("24h", call)}`);
  series("30d by hour and model", (call) => `bucket=hour&group_by=model&${asks.during("30d", call)}`);
  series(
    "30d by day, offset",
    (call) => `bucket=day&utc_offset_minutes=330&group_by=model&${asks.during("30d", call)}`,
  );
  series("30d of a key by model", (call) => `group_by=model&api_key_id=${asks.busyKey(call)}&${asks.during("30d")}`);
  series("30d of a user by key", (call) => `group_by=key&user_id=${asks.userOfBusyKey(call)}&${asks.during("30d")}`);
  series("30d of a team by user", (call) => `group_by=user&team_id=${asks.team(call)}&${asks.during("30d")}`);
  series("90d of a team by model", (call) => `group_by=model&team_id=${asks.team(call)}&${asks.during("90d")}`);
  series(
    "30d of an organisation by team",
    (call) => `group_by=team&organisation_id=${asks.organisation(call)}&${asks.during("30d")}`,
  );
  series("30d that failed by provider", (call) => `group_by=provider&status=failed&${asks.during("30d", call)}`);
  series("30d, a manager, by key", (call) => `group_by=key&${asks.during("30d", call)}`, "manager");
  series("30d, a member, by model", (call) => `group_by=model&${asks.during("30d", call)}`, "member");
  for (const by of ["hour", "day", "user", "api_key", "team", "organisation", "provider", "model"])
    asks.add("usage.summary", `30d by ${by}`, (call) => `?group_by=${by}&${asks.during("30d", call)}`);
  asks.add("usage.summary", "ever, by day", "?group_by=day");
  asks.add("usage.export", "30d by model", (call) => `?group_by=model&${asks.during("30d", call)}`);
  asks.add("usage.export", "30d by team and model", (call) => `?group_by=team,model&${asks.during("30d", call)}`);
  for (const route of ["usage.export", "usage.exportNdjson"])
    asks.add(route, "30d by key", (call) => `?group_by=key&${asks.during("30d", call)}`);
}

function askForBudgets(asks: Asks): void {
  for (const query of ["", "?kind=team", "?kind=key&state=reached", "?q=person%2042", "?order_by=share&limit=100"])
    asks.add("budgets.list", query, query);
  asks.add("budgets.list", "further on", (call) => `?offset=${call * 1000}&order_by=spent`);
  asks.add("budgets.list", "a manager", "", "manager");
  asks.add("budgets.list", "a member", "", "member");
  asks.add("budgets.get", "a key", (call) => `/key/${asks.busyKey(call)}`);
  asks.add("budgets.get", "a user", (call) => `/user/${asks.userOfBusyKey(call)}`);
  asks.add("budgets.get", "a team", (call) => `/team/${asks.team(call)}`);
  asks.add("budgets.get", "an organisation", (call) => `/organisation/${asks.organisation(call)}`);
}

function askForTrails(asks: Asks, made: Made): void {
  askForConsents(asks, made);
  const queries: Readonly<Record<string, (call: number) => string>> = {
    newest: () => "limit=100",
    "of an actor": (call) => `actor=${asks.user(call)}`,
    "of an actor by name": (call) => `actor=person-${call * 13}@`,
    "of an action": () => "action=key.created",
    "of all actions on keys": () => "action=key.",
    "of an object": (call) => `object_kind=key&object_id=${asks.busyKey(call)}`,
    "of a week": (call) => asks.during("7d", call * 24),
    "refused ones, of which there are none": () => "outcome=refused",
    "with a word": (call) => `q=key%20${call * 997}`,
    "with a word that is nowhere": () => "q=nowhere",
  };
  for (const [what, query] of Object.entries(queries)) asks.add("audit.list", what, (call) => `?${query(call)}`);
  asks.add("audit.verify", "1,000 entries", "?limit=1000");
  asks.add("audit.get", "", (call) => `/${at(made.entries, call % made.entries.length)}`);
  asks.add("audit.export", "all", "");
  asks.add("audit.exportCef", "all", "");
  asks.add("events.list", "newest", "?limit=100");
  asks.add("events.list", "of a type that there is none of", "?types=user.limit");
  asks.add("events.list", "a member", "", "member");
}

function askForConsents(asks: Asks, { consents }: Made): void {
  const queries: Readonly<Record<string, (call: number) => string>> = {
    newest: () => "",
    "from the middle": (call) => `&after=${at(consents, call % consents.length)}`,
    waiting: () => "&status=pending",
    "expired ones": () => "&status=expired",
    "of a key": (call) => `&key_id=${asks.busyKey(call)}`,
    "of a team": (call) => `&team_id=${asks.team(call)}`,
    "of a model that nobody has": () => "&model=nobody",
  };
  for (const [what, query] of Object.entries(queries))
    asks.add("consents.list", what, (call) => `?limit=100${query(call)}`);
  asks.add("consents.list", "a manager", "?limit=100", "manager");
  asks.add("consents.list", "a member", "?limit=100", "member");
  asks.add("consents.get", "", (call) => `/${at(consents, call % consents.length)}`);
}
