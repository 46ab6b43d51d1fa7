// Who may import whom, as data. `npm run check` holds every source file against it; tools/architecture/ is the checker.
// A new workspace or a new folder of the server needs its line here: what is not in the tables may not be imported.

/** Workspace -> the other workspaces it may import, by their index, and by the further doors that stand below. */
export const workspaces: Readonly<Record<string, readonly string[]>> = {
  "packages/contract": [],
  "packages/llm": ["@ghostllm/contract"],
  "packages/fake-upstream": [],
  "apps/server": ["@ghostllm/contract", "@ghostllm/llm", "@ghostllm/fake-upstream"],
  "apps/cli": ["@ghostllm/contract", "@ghostllm/server"],
  "apps/console": ["@ghostllm/contract"],
  "apps/desktop": ["@ghostllm/contract"],
};

/** What a workspace offers beside its index: the `exports` of its package.json. */
export const doors: readonly string[] = [
  "@ghostllm/contract/alerts",
  "@ghostllm/contract/client",
  "@ghostllm/contract/event-names",
  "@ghostllm/contract/events",
  "@ghostllm/contract/follow-events",
  "@ghostllm/contract/openapi",
  "@ghostllm/contract/read-stream",
  "@ghostllm/contract/importing",
  "@ghostllm/contract/list-all",
  "@ghostllm/contract/routes",
  "@ghostllm/contract/trusting-client",
  "@ghostllm/server/backups",
  "@ghostllm/server/configuration",
];

/** What the dialects share, each room by its subject. */
const rooms = ["passage", "streams", "seals", "names", "errors", "bodies", "fields", "openai", "texts"].map(
  (room) => `dialects/${room}`,
);

/** What every dialect may import, and all of its folders. */
const inDialect = [
  ...["dialects/*", "dialects/dialect.ts (types)", "dialects/parsed-request.ts (types)"],
  ...rooms.filter((room) => room !== "dialects/passage"),
  ...["fitting", "wire", "hub.ts", "embeddings.ts", "operations.ts", "providers (types)"],
];

/** What lies below both planes of the server. */
const belowPlanes = ["edge", "link", "domain", "telemetry", "config (types)"];

/**
 * Per workspace: a folder or file of `src` -> those it may import. The most exact line is a file's own. `*` stands for any
 * one folder, and in what its line lists for the same one; `folder/**` for a line with all those below it. Files right in
 * `src` have lines of their own, or share that of `files in src`. `name (types)` allows `import type` only.
 */
export const folders: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "packages/llm": {
    "usage.ts": [],
    "hub.ts": ["wire (types)", "usage.ts"],
    "embeddings.ts": ["hub.ts"],
    "operations.ts": [],
    catalog: ["hub.ts", "wire", "data"],
    wire: [],
    fitting: [
      ...["wire", "operations.ts (types)", "dialects/parsed-request.ts (types)", "dialects/fields (types)"],
      "providers (types)",
    ],
    // What a dialect must be able to do.
    "dialects/parsed-request.ts": [
      ...["wire (types)", "operations.ts (types)", "providers (types)", "dialects/bodies (types)"],
    ],
    "dialects/dialect.ts": [
      ...rooms.map((room) => `${room} (types)`),
      ...["dialects/parsed-request.ts (types)", "fitting (types)", "wire (types)", "hub.ts (types)"],
      ...["embeddings.ts (types)", "operations.ts (types)", "providers (types)"],
    ],
    // What dialects share.
    "dialects/fields": ["wire", "hub.ts"],
    "dialects/bodies": [
      ...[
        "dialects/parsed-request.ts (types)",
        "dialects/errors (types)",
        "dialects/fields",
        "wire",
        "hub.ts",
        "operations.ts (types)",
      ],
    ],
    "dialects/errors": [
      "dialects/dialect.ts (types)",
      "dialects/parsed-request.ts (types)",
      "wire",
      "providers (types)",
    ],
    "dialects/streams": [
      ...["dialects/dialect.ts (types)", "dialects/errors (types)", "dialects/bodies (types)"],
      ...["dialects/seals (types)", "wire", "hub.ts"],
    ],
    "dialects/seals": [
      ...["dialects/dialect.ts (types)", "dialects/parsed-request.ts (types)", "dialects/fields", "dialects/streams"],
      ...["wire", "hub.ts"],
    ],
    "dialects/names": ["dialects/dialect.ts (types)", "dialects/parsed-request.ts (types)", "fitting", "hub.ts"],
    "dialects/openai": ["dialects/fields", "hub.ts"],
    // Where texts stand, and how they are changed there.
    "dialects/texts": ["dialects/streams", "dialects/errors (types)", "dialects/bodies (types)", "wire"],
    "dialects/passage": [
      ...["dialects/dialect.ts (types)", "dialects/parsed-request.ts (types)", ...rooms],
      ...["fitting", "wire", "hub.ts", "operations.ts", "providers (types)"],
    ],
    // Dialects: a vendor's stream that passes is read with what decodes it, and what is encoded is made to fit as what passes.
    "dialects/*": inDialect,
    "dialects/*/decode": inDialect,
    "dialects/*/straight": [...inDialect, "dialects/*/decode"],
    "dialects/*/encode": [...inDialect, "dialects/*/straight"],
    "dialects/*/index.ts": [...inDialect, "dialects/*/straight", "dialects/*/decode", "dialects/*/encode"],
    "dialects/index.ts": ["dialects/**", "providers (types)"],
    demand: [
      "wire",
      "catalog (types)",
      "dialects/fields",
      "dialects/parsed-request.ts (types)",
      "operations.ts (types)",
    ],
    providers: ["fitting (types)", "operations.ts", "catalog"],
    // Sessions over a WebSocket, watched.
    realtime: ["wire", "usage.ts", "demand", "dialects/openai", "dialects/streams (types)"],
    "index.ts": [
      ...["usage.ts", "hub.ts", "operations.ts", "catalog", "wire", "dialects/**", "demand", "providers"],
      "realtime",
    ],
  },
  "apps/server": {
    // What is personal in a text: it knows nothing but texts.
    "domain/privacy/detect": [],
    domain: ["domain/privacy/detect"],
    config: ["domain"],
    telemetry: ["domain", "config (types)"],
    link: ["domain", "telemetry", "config (types)"],
    edge: ["domain", "telemetry", "config (types)"],
    // The gateway: what its endpoints have in common is the flow, which knows no endpoint; http knows neither.
    "gateway/readiness.ts": [],
    "gateway/deps.ts": [...belowPlanes, "gateway/** (types)"],
    "gateway/heavy-work": belowPlanes,
    "gateway/schema-work": belowPlanes,
    "gateway/estimator": [...belowPlanes, "gateway/heavy-work"],
    "gateway/upstream": [...belowPlanes, "gateway/http (types)"],
    "gateway/connections": [...belowPlanes, "gateway/http"],
    // Where an answer goes: http is one of the places.
    "gateway/flow/answer/outlet.ts": [],
    "gateway/http": [
      ...[...belowPlanes, "gateway/connections", "gateway/heavy-work"],
      ...["gateway/readiness.ts (types)", "gateway/deps.ts (types)", "gateway/flow/answer/outlet.ts (types)"],
    ],
    "gateway/flow": [
      ...[
        ...belowPlanes,
        "gateway/upstream",
        "gateway/heavy-work",
        "gateway/http",
        "gateway/flow/answer/outlet.ts (types)",
      ],
      ...["gateway/estimator (types)", "gateway/deps.ts (types)"],
    ],
    "gateway/streams": [
      ...[...belowPlanes, "gateway/http (types)", "gateway/deps.ts (types)", "gateway/flow/answer/outlet.ts (types)"],
    ],
    "gateway/endpoints": [
      ...[
        ...belowPlanes,
        "gateway/flow",
        "gateway/streams",
        "gateway/http",
        "gateway/heavy-work",
        "gateway/deps.ts (types)",
      ],
    ],
    // Chats over sockets: requests as all others, that come and are answered in messages.
    "gateway/channels": [
      ...[...belowPlanes, "gateway/endpoints", "gateway/http", "gateway/connections", "gateway/deps.ts (types)"],
      ...["gateway/flow/answer/outlet.ts (types)", "gateway/flow (types)", "gateway/upstream (types)"],
    ],
    "gateway/route-sources.ts": ["gateway/endpoints", "gateway/http (types)", "gateway/deps.ts (types)"],
    control: belowPlanes,
    // Start, stop and the object graph: they may know everything, and no other folder may know them.
    compose: ["domain", "config", "telemetry", "edge", "link", "gateway/**", "control", "files in src"],
    "files in src": ["domain", "config", "telemetry", "control", "compose", "files in src"],
  },
  "apps/console": {
    // Lowest first: a page may use all that is before it, and no other page.
    format: [],
    api: [],
    parts: ["format", "api"],
    "parts/table": ["format", "parts"],
    "parts/chart": ["format", "parts"],
    "parts/code": [],
    budgets: ["format", "api", "parts"],
    connect: ["format", "api", "parts"],
    holders: ["api", "parts"],
    keys: ["format", "api", "parts", "parts/table", "budgets"],
    teams: ["format", "api", "parts", "parts/table", "budgets"],
    models: ["format", "api", "parts", "parts/table"],
    personal: ["api", "parts"],
    requests: ["format", "api", "parts"],
    sessions: ["format", "api", "parts"],
    providers: ["format", "api", "parts"],
    usage: ["format", "api", "parts/chart"],
    views: ["format", "api", "parts"],
    frame: ["format", "api", "parts", "views"],
    "pages/*": [
      "format",
      "api",
      "parts",
      "parts/table",
      "parts/chart",
      "parts/code",
      "budgets",
      "connect",
      "holders",
      "keys",
      "teams",
      "models",
      "personal",
      "requests",
      "sessions",
      "providers",
      "usage",
      "views",
      "frame",
    ],
    "router.tsx": ["api", "parts", "frame", "pages/**"],
    "main.tsx": ["router.tsx", "styles", "api", "parts", "frame"],
    styles: [],
  },
};

export interface Restriction {
  /** Packages or modules; those below them (`pg/lib/x`) are meant as well. */
  readonly modules: readonly string[];
  /** Folders and files that alone may import them. */
  readonly only: readonly string[];
  /** Where the restriction holds; everywhere when absent. */
  readonly within?: readonly string[];
  /** Just these names are restricted, others of the module are free. */
  readonly names?: readonly string[];
  readonly instead: string;
}

/** Types may be imported everywhere: they open no socket and no database. */
export const restrictions: readonly Restriction[] = [
  {
    modules: ["kysely", "pg", "better-sqlite3"],
    // The other reads what another gateway has.
    only: ["apps/server/src/control/store", "apps/cli/src/import/sources"],
    instead: "Add a method to the Store interface and call that.",
  },
  {
    modules: ["ioredis"],
    only: ["apps/server/src/link/redis"],
    instead: "Ask a part of link: Redis is one way to keep it.",
  },
  {
    modules: ["@platformatic/kafka"],
    within: ["apps/server/src"],
    only: ["apps/server/src/control/events/kafka-sink.ts"],
    instead: "A broker is a sink of control/events, which is loaded where it is configured.",
  },
  {
    modules: ["@nats-io/jetstream", "@nats-io/transport-node"],
    within: ["apps/server/src"],
    only: ["apps/server/src/control/events/nats-sink.ts"],
    instead: "A broker is a sink of control/events, which is loaded where it is configured.",
  },
  {
    modules: ["nodemailer"],
    within: ["apps/server/src"],
    only: ["apps/server/src/control/mail/smtp-mailer.ts"],
    instead: "Send by the Mailer of control/mail, which is handed to whoever writes to people.",
  },
  {
    modules: ["undici"],
    only: ["apps/server/src/gateway/upstream"],
    instead: "Call vendors through the upstream client's interface.",
  },
  {
    modules: ["node:http", "node:https", "node:http2", "node:net", "node:tls"],
    names: ["request", "get", "connect", "createConnection", "Agent", "ClientRequest", "Socket", "TLSSocket"],
    within: ["apps/server/src"],
    only: [
      ...["apps/server/src/gateway/upstream", "apps/server/src/control/store"],
      // It leads to the main thread of the same process.
      "apps/server/src/compose/workers/passage-to-control.ts",
      // To whoever collects logs.
      "apps/server/src/telemetry/lines/syslog-outlet.ts",
    ],
    instead: "Only gateway/upstream opens sockets to vendors; take its client as a value.",
  },
  {
    modules: ["fastify", "@fastify"],
    only: ["apps/server/src/control/http"],
    instead: "Hot routes are raw node:http in gateway; admin routes belong to control/http.",
  },
  {
    modules: ["ws"],
    within: ["apps/server/src"],
    only: [
      ...["apps/server/src/control/live", "apps/server/src/gateway/channels"],
      "apps/server/src/gateway/upstream/sockets",
    ],
    instead:
      "Open pages are told by the live hub: send a signal that it listens to. Chats over sockets belong to channels.",
  },
  {
    modules: ["prom-client", "pino"],
    only: ["apps/server/src/telemetry"],
    instead: "Report through a function of telemetry/events.ts, or take a logger as a value.",
  },
  {
    modules: ["yaml"],
    only: ["apps/server/src/config", "apps/cli/src/import/sources", "apps/console/src/pages/import"],
    instead: "Everything but the loader receives the typed Config as a value.",
  },
  {
    modules: ["@ghostllm/fake-upstream"],
    within: ["apps/server/src"],
    only: ["apps/server/src/compose/vendors.ts"],
    instead: "The demo is an ordinary upstream: compose/vendors.ts starts it, nothing else knows it.",
  },
  {
    modules: ["@ghostllm/server"],
    within: ["apps/cli/src"],
    only: [
      ...["apps/cli/src/commands/serve.ts", "apps/cli/src/commands/migrate.ts", "apps/cli/src/local-configuration.ts"],
      "apps/cli/src/commands/backup.ts",
    ],
    instead: "Other commands talk to a running server through the client of @ghostllm/contract.",
  },
  {
    modules: ["node:", "zod"],
    within: ["packages/llm/src"],
    only: [],
    instead: "packages/llm is pure and runs anywhere: take the result as an argument.",
  },
  {
    modules: ["node:", "zod", "re2js"],
    within: ["apps/server/src/domain/privacy/detect"],
    only: [],
    instead: "Detectors are pure: text in, places out.",
  },
  {
    modules: ["re2js"],
    only: ["apps/server/src/domain/privacy"],
    instead: "Patterns of operators are matched by domain/privacy/own-patterns.ts.",
  },
  {
    modules: ["node:"],
    within: ["packages/contract/src", "apps/console/src", "apps/desktop/src"],
    only: [],
    instead: "It runs in browsers: use what all platforms have.",
  },
  {
    modules: ["@ghostllm/contract/routes", "@ghostllm/contract/client"],
    within: ["apps/console/src"],
    only: ["apps/console/src/api/contract-facts.at-build.ts"],
    instead: "The schemas are too heavy for a page: use api/contract-facts.at-build.ts, and import types.",
  },
  {
    modules: ["@ghostllm/contract/trusting-client", "@ghostllm/contract/follow-events"],
    within: ["apps/console/src"],
    only: ["apps/console/src/api"],
    instead: "Use the queries and the client of `#api`: they know what ends a session and what is to be read anew.",
  },
];

export interface ForbiddenCode {
  readonly pattern: RegExp;
  readonly what: string;
  readonly within: readonly string[];
  readonly except: readonly string[];
  readonly instead: string;
}

export const forbiddenCode: readonly ForbiddenCode[] = [
  {
    pattern:
      /\bprocess\s*(?:\.\s*env\b|\[)|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*"|\benv\b[^;=]*\}\s*=\s*process\b/g,
    what: "process.env",
    within: ["packages", "apps"],
    except: ["apps/server/src/config", "apps/cli/src/connection.ts"],
    instead: "Add a setting to config/settings.ts and take its value as an argument.",
  },
  {
    pattern: /(?<![.\w$])(?:fetch|WebSocket|EventSource|XMLHttpRequest)\s*\(/g,
    what: "a client socket",
    within: ["apps/server/src", "packages/llm/src"],
    // The configuration is fetched before there is a client.
    except: ["apps/server/src/gateway/upstream", "apps/server/src/config/remote.ts"],
    instead: "Only gateway/upstream opens sockets to vendors; take its client as a value.",
  },
  {
    pattern:
      /\brole\b["\])]?\s*[!=]==?(?!=|\s*(?:undefined|null)\b)|[!=]==?\s*(?:[\w$]+\??\.)*role\b|\bswitch\s*\([^)]*\brole\s*\)|\.(?:includes|has|indexOf)\([^()]*\brole\b/g,
    what: "a role's name",
    within: ["apps"],
    except: ["apps/server/src/domain/access"],
    instead: "A role is a set of grants: ask `may` or `reach` of domain/access for the permission that is meant.",
  },
  {
    pattern:
      /\bDate\.now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())|(?<!\bnew\s+)(?<![.\w$])Date\s*\(|\bperformance\.now\b/g,
    what: "the clock",
    within: ["packages/llm/src"],
    except: [],
    instead: "packages/llm is pure: take the time as an argument.",
  },
  {
    pattern: /\bMath\.random\b|(?<![.\w$])crypto\s*\./g,
    what: "randomness",
    within: ["packages/llm/src"],
    except: [],
    instead: "packages/llm is pure: take the random value as an argument.",
  },
  {
    pattern:
      /(?<![.\w$])(?:process|console|globalThis)\s*[.[]|(?<![.\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/g,
    what: "the outer world",
    within: ["packages/llm/src"],
    except: [],
    instead: "packages/llm is pure and synchronous: return what happened and let the caller act.",
  },
];

/** Parts of one kind that must not know each other; `shared` holds what they have in common, `gatherer` lists them. */
export const strangers = {
  dialects: {
    folder: "packages/llm/src/dialects",
    shared: [
      "dialect.ts",
      "parsed-request.ts",
      "passage",
      "streams",
      "seals",
      "names",
      "errors",
      "bodies",
      "fields",
      "openai",
      "texts",
    ],
    gatherer: "index.ts",
  },
  providers: {
    folder: "packages/llm/src/providers",
    shared: [
      "base-url.ts",
      "definition.ts",
      "define-compatible.ts",
      "google-cloud.ts",
      "url.ts",
      "bedrock-pricing.ts",
      "claude-pricing.ts",
      "google-pricing.ts",
      "openai-pricing.ts",
      "claude-models.ts",
      "grok-models.ts",
      "openai-models.ts",
      "thinking-models.ts",
    ],
    gatherer: "index.ts",
  },
} as const;

/** Files that act when they are loaded: nobody may import them. */
export const entries = [
  "apps/server/src/main.ts",
  "apps/cli/src/main.ts",
  "apps/console/src/main.tsx",
  "apps/desktop/src/main.ts",
  "packages/fake-upstream/src/main.ts",
];

/** Where no vendor and no dialect may be named; the names are those of the strangers' files and folders. */
export const vendorBlind = {
  folders: ["apps/server/src/gateway"],
  /** Words of ordinary English: a breach only as a whole string. */
  ordinaryWords: ["together", "demo", "writer"],
  instead: "Make the oddity data in the vendor's provider file and read that.",
};

export const longestFileLines = 300;
