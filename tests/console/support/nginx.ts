// nginx before the server, below a path, as docs/operations.md says.

import { runNginx, type RunningNginx } from "../../support/nginx.ts";

export { findNginx } from "../../support/nginx.ts";

/** Its URL is that of the server behind it, with the path. */
export type Nginx = RunningNginx;

export function startNginx(program: string, upstreamUrl: string, path: string): Promise<Nginx> {
  const upstream = new URL(upstreamUrl).host;
  const configure = (listen: string): string => `
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  server {
    listen ${listen};
    location ${path}/ {
      proxy_pass http://${upstream}/;
      proxy_buffering off; proxy_http_version 1.1; proxy_read_timeout 1800s; client_max_body_size 32m;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Forwarded "";
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
    }
  }`;
  return runNginx(program, configure, path);
}
