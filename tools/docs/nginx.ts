// deploy/nginx/ghostllm.conf: an example of a balancer that leads each path to the service that has it.

import {
  chatStreamPath,
  realtimePath,
  livePath,
  scimPath,
  serviceOf,
  serviceOfConsole,
  serviceOfScim,
  services,
} from "@ghostllm/contract/routes";
import type { AdminRoute, Service } from "@ghostllm/contract/routes";

/** What stands behind `/admin/`, of each service. Throws where two of them have the same. */
function adminPlaces(routes: readonly AdminRoute[]): ReadonlyMap<Service, readonly string[]> {
  const owners = new Map<string, Service>();
  for (const route of routes) {
    const [, , place = ""] = route.path.split("/");
    const [owner, service] = [owners.get(place), serviceOf(route)];
    if (owner !== undefined && owner !== service) throw new Error(`/admin/${place} is of ${owner} and of ${service}`);
    owners.set(place, service);
  }
  const placesOf = (service: Service): string[] =>
    [...owners].flatMap(([place, owner]) => (owner === service ? place : [])).toSorted();
  return new Map(services.map((service) => [service, placesOf(service)]));
}

const firstPort = 8081;

const forwarded = [
  "proxy_set_header Host $http_host;",
  "proxy_set_header X-Forwarded-For $remote_addr;",
  "proxy_set_header X-Forwarded-Proto $scheme;",
  'proxy_set_header Forwarded "";',
];

const upstreams = services.map(
  (service, place) => `upstream ghostllm_${service} {
    # One line for each instance that runs it.
    server 127.0.0.1:${firstPort + place};
    keepalive 64;
}`,
);

function locationsOf(routes: readonly AdminRoute[]): readonly string[] {
  const own = [...adminPlaces(routes)].filter(([, places]) => places.length > 0);
  return own.map(
    ([service, places]) => `    location ~ ^/admin/(?:${places.join("|")})(?:/|$) {
        proxy_pass http://ghostllm_${service};
    }`,
  );
}

const scimLocation = `
    # Directories, which create and change users (SCIM).
    location ^~ ${scimPath}/ {
        proxy_pass http://ghostllm_${serviceOfScim};
    }`;

export function describeNginx(routes: readonly AdminRoute[]): string {
  return `# nginx before instances of GhostLLM that divide the services among them (\`ghostllm serve --services ...\`), or that all run all of them:
# then each upstream has the same lines. For /etc/nginx/conf.d/. Made of the table of routes by \`npm run docs\`: which paths belong to
# which service is not to be changed here. Instances know clients by \`server.trusted_proxies\`, which must name this nginx.

${upstreams.join("\n\n")}

map $http_upgrade $ghostllm_connection {
    default upgrade;
    "" "";
}

server {
    listen 80;
    # As limits.body_bytes.
    client_max_body_size 32m;

    # Connections to instances are kept, and streams passed on as they come.
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_buffering off;
    proxy_connect_timeout 5s;
    # As timeouts.total_ms.
    proxy_read_timeout 1800s;
    proxy_send_timeout 1800s;
    ${forwarded.join("\n    ")}

    # Requests to models, in every dialect; health and metrics.
    location / {
        proxy_pass http://ghostllm_proxy;
    }

${locationsOf(routes).join("\n\n")}
${scimLocation}

    # The console, and the documentation of the API.
    location ~ ^/(?:$|(?:console|docs)(?:/|$)) {
        proxy_pass http://ghostllm_${serviceOfConsole};
    }

    # Chats over a WebSocket.
${upgradeLocation(chatStreamPath, "proxy")}
${upgradeLocation(realtimePath, "proxy")}

    # What open pages are told, over a WebSocket.
${upgradeLocation(livePath, serviceOfConsole)}
}
`;
}

function upgradeLocation(path: string, service: Service): string {
  return `    location = ${path} {
        proxy_pass http://ghostllm_${service};
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $ghostllm_connection;
        ${forwarded.join("\n        ")}
    }`;
}
