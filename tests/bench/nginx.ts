import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../tools/free-port.ts";
import { startChild, stopChild, waitForPort } from "./child.ts";
import type { Stoppable, Target } from "./targets.ts";

const places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/opt/homebrew/bin/nginx"];
const startPatienceMs = 5_000;

/** The yardstick: nginx `proxy_pass` with one worker, connections kept alive on both sides. Null where not installed. */
export async function startNginx(upstreamUrl: string): Promise<(Stoppable & { readonly target: Target }) | null> {
  const nginx = places.find((place) => existsSync(place));
  if (nginx === undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), "ghostllm-bench-nginx-"));
  const port = await findFreePort();
  const configuration = join(folder, "nginx.conf");
  writeFileSync(configuration, configure({ folder, port, upstream: new URL(upstreamUrl).host }));
  const child = startChild(nginx, ["-p", folder, "-c", configuration], { stdio: ["ignore", "ignore", "inherit"] });
  const stop = async (): Promise<void> => {
    await stopChild(child);
    rmSync(folder, { recursive: true, force: true });
  };
  await waitForPort(child, port, startPatienceMs);
  const target = {
    name: "nginx",
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? null,
    key: "x",
    model: "gpt-4o-mini",
  };
  return { target, stop };
}

interface Placing {
  readonly folder: string;
  readonly port: number;
  readonly upstream: string;
}

function configure({ folder, port, upstream }: Placing): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off; worker_processes 1; worker_rlimit_nofile 16384; ${process.getuid?.() === 0 ? "user root;" : ""}
pid ${folder}/nginx.pid; error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off; tcp_nodelay on;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
  client_max_body_size 64m; client_body_buffer_size 512k;
  keepalive_timeout 600s; keepalive_requests 100000000;
  upstream vendor { server ${upstream}; keepalive 1024; keepalive_requests 100000000; keepalive_timeout 600s; }
  server {
    listen 127.0.0.1:${port} backlog=2048;
    location / { proxy_pass http://vendor; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}
`;
}
