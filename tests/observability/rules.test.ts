// The rules by themselves: promtool reads them, and each alert fires within its bound, when its time has come, and for nothing else.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { alerts } from "@ghostllm/contract/alerts";
import { rulesFile } from "../../tools/observing/rules-file.ts";
import { hasPrometheus } from "../../tools/prometheus.ts";
import { proofs } from "./alert-proofs.ts";

const directory = mkdtempSync(join(tmpdir(), "ghostllm-rules-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const minutes = 20;
/** A series that was there for an hour is looked at later than that. */
const lateMinutes = 150;

function promtool(...parameters: readonly string[]): string {
  return execFileSync("promtool", parameters, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

interface Look {
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  readonly isFiring: boolean;
}

function lookAt({ name, series, at, isFiring }: Look): object {
  return {
    interval: "1m",
    input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
    promql_expr_test: [
      {
        expr: `count(ALERTS{alertname="${name}", alertstate="firing"})`,
        eval_time: at,
        exp_samples: isFiring ? [{ labels: "{}", value: 1 }] : [],
      },
    ],
  };
}

describe.runIf(hasPrometheus())("the rules", () => {
  it("are read by promtool", () => {
    writeFileSync(join(directory, "rules.yml"), rulesFile());
    expect(promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yml")).toContain("SUCCESS");
  });

  it.each(alerts.map(({ name, for: lasting }) => [name, lasting] as const))(
    "%s fires when it must",
    (name, lasting) => {
      const proof = proofs[name];
      if (proof === undefined) throw new Error(`${name} has no proof`);
      const isLate = Object.values(proof.quiet).some((values) => values.endsWith("x200"));
      const tests = [
        lookAt({ name, series: proof.fires, at: `${minutes}m`, isFiring: true }),
        lookAt({ name, series: proof.quiet, at: `${isLate ? lateMinutes : minutes}m`, isFiring: false }),
        ...(lasting.endsWith("m") ? [lookAt({ name, series: proof.fires, at: "30s", isFiring: false })] : []),
      ];
      writeFileSync(join(directory, "rules.yml"), rulesFile());
      // JSON is YAML.
      writeFileSync(
        join(directory, "tests.yml"),
        JSON.stringify({ rule_files: ["rules.yml"], evaluation_interval: "15s", tests }),
      );
      expect(promtool("test", "rules", "tests.yml")).toContain("SUCCESS");
    },
  );
});
