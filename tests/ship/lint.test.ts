// What stands in deploy/, judged by the programs that read it.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { tools } from "./tools.ts";

const deploy = resolve(import.meta.dirname, "../../deploy");
const chart = join(deploy, "helm/ghostllm");
const kubernetes = "1.33.0";
/** A helm that is built from its module would take it for 1.20. */
const forKubernetes = ["--kube-version", kubernetes];

function said(program: string, parameters: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(program, parameters, {
    env: { ...process.env, ...environment },
    encoding: "utf8",
  });
  return { status, text: stdout + stderr };
}

const hadolint = tools.hadolint();
const composeReader = tools.composeReader();
const systemdAnalyze = tools.systemdAnalyze();
const haproxy = tools.haproxy();
const caddy = tools.caddy();
const helm = tools.helm();
const validate = tools.kubernetesValidate();

it.skipIf(hadolint === null)("hadolint has nothing to say of the Dockerfile", () => {
  expect(said(hadolint ?? "", [join(deploy, "docker/Dockerfile")])).toEqual({ status: 0, text: "" });
});

describe.skipIf(composeReader === null)("compose", () => {
  const environment = join(deploy, "compose/.env");
  const read = (file: string, given: NodeJS.ProcessEnv = {}) =>
    said(composeReader ?? "", [join(deploy, "compose", file)], given);

  it("has one instance with SQLite", () => {
    expect(read("compose.yaml")).toEqual({ status: 0, text: "ghostllm\n" });
  });

  it("has two over PostgreSQL and Redis, and wants a password for them", () => {
    const isOurs = !existsSync(environment);
    if (isOurs) copyFileSync(`${environment}.example`, environment);
    try {
      const password = { POSTGRES_PASSWORD: "for-this-test" };
      expect(read("compose.shared.yaml", password)).toEqual({ status: 0, text: "caddy nats one postgres redis two\n" });
      if (isOurs) expect(read("compose.shared.yaml").text).toContain("set it in .env");
    } finally {
      if (isOurs) rmSync(environment);
    }
  });
});

describe.skipIf(systemdAnalyze === null)("the unit of systemd", () => {
  it("is valid, and exposes little", () => {
    const folder = mkdtempSync(join(tmpdir(), "ghostllm-unit-"));
    const unit = join(folder, "ghostllm.service");
    // The program is installed elsewhere.
    const text = readFileSync(join(deploy, "systemd/ghostllm.service"), "utf8");
    writeFileSync(unit, text.replace("/opt/ghostllm/node_modules/.bin/ghostllm", process.execPath));
    try {
      expect(said(systemdAnalyze ?? "", ["verify", "--man=no", unit])).toEqual({ status: 0, text: "" });
      const { text: judged } = said(systemdAnalyze ?? "", ["security", "--offline=true", unit]);
      expect(Number(/exposure level for ghostllm.service: ([\d.]+)/.exec(judged)?.[1])).toBeLessThan(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it.skipIf(haproxy === null)("HAProxy takes its configuration without a warning", () => {
  const { status, text } = said(haproxy ?? "", ["-c", "-f", join(deploy, "haproxy/haproxy.cfg")]);
  expect([status, text.includes("WARNING")]).toEqual([0, false]);
});

it.skipIf(caddy === null)("Caddy takes its configuration", () => {
  const parameters = ["validate", "--config", join(deploy, "caddy/Caddyfile"), "--adapter", "caddyfile"];
  expect(said(caddy ?? "", parameters).text).toContain("Valid configuration");
});

describe.skipIf(helm === null)("the chart", () => {
  const set = (values: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(values).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const render = (values: Readonly<Record<string, string>> = {}) =>
    said(helm ?? "", ["template", "llm", chart, ...forKubernetes, ...set(values)]);
  const shared = { "database.secret": "db", "redis.secret": "redis", secret: "keys" };
  const all = {
    ...shared,
    ...{ "autoscaling.enabled": "true", "autoscaling.targetRunningRequests": "200" },
    ...{ "ingress.enabled": "true", "ingress.host": "llm.example.com", "ingress.tlsSecret": "tls" },
    ...{ "metrics.tokenSecret": "metrics", "metrics.serviceMonitor.enabled": "true", "networkPolicy.enabled": "true" },
    ...{
      "networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.name": "monitoring",
      "environment.LOG_LEVEL": "warn",
    },
  };

  it("is well for helm lint", () => {
    expect(said(helm ?? "", ["lint", "--strict", chart, ...forKubernetes])).toMatchObject({ status: 0 });
  });

  it.each([
    ["alone", {}, ["Service", "Service", "ServiceAccount", "StatefulSet"]],
    [
      "three of them",
      { ...shared, replicas: "3" },
      ["PodDisruptionBudget", "Service", "Service", "ServiceAccount", "StatefulSet"],
    ],
    [
      "with everything",
      all,
      [
        "HorizontalPodAutoscaler",
        "Ingress",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Service",
        "Service",
        "ServiceAccount",
        "ServiceMonitor",
        "StatefulSet",
      ],
    ],
  ] as const)("makes what Kubernetes takes: %s", (_name, values, kinds) => {
    const { status, text } = render(values);
    expect([status, status === 0 ? "" : text]).toEqual([0, ""]);
    const documents = text.split(/^---$/m).filter((part) => /^kind: /m.test(part));
    expect(documents.map((part) => /^kind: (\S+)/m.exec(part)?.[1] ?? "").toSorted()).toEqual([...kinds].toSorted());
    if (validate === null) return;
    const folder = mkdtempSync(join(tmpdir(), "ghostllm-chart-"));
    try {
      // A ServiceMonitor is no kind of Kubernetes' own.
      for (const [place, part] of documents.filter((one) => !one.includes("monitoring.coreos.com")).entries()) {
        const file = join(folder, `${place}.yaml`);
        writeFileSync(file, part);
        const judged = said(validate, ["--kubernetes-version", kubernetes, "--strict", file]);
        expect([judged.status, judged.status === 0 ? "" : judged.text]).toEqual([0, ""]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ["several instances without a database", { replicas: "2" }, "database.secret and redis.secret"],
    [
      "several instances that would seal by different keys",
      { replicas: "2", "database.secret": "a", "redis.secret": "b" },
      "ENCRYPTION_KEY",
    ],
    ["an ingress of nothing", { "ingress.enabled": "true" }, "ingress.host"],
    ["metrics for whoever asks", { "metrics.serviceMonitor.enabled": "true" }, "metrics.tokenSecret"],
    ["a value that there is not", { "databse.secret": "a" }, "databse"],
  ] as const)("refuses %s", (_name, values, words) => {
    const { status, text } = render(values);
    expect([status, text]).toEqual([1, expect.stringContaining(words)]);
  });
});
