import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { printable } from "#output.ts";

type Alert = RouteAnswer<AdminRoutes["alerts"]["list"]>["data"][number];

export function addAlertsCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("alerts")
    .description("what is wrong now, as the server sees it; docs/alerts.md says what to do")
    .option("--all", "also those that are quiet, and those that only Prometheus sees")
    .action(async ({ all = false }: { readonly all?: boolean }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { data } = await client.alerts.list({});
      const shown = all ? data : data.filter(({ reasons }) => reasons.length > 0);
      const nothing = ["Nothing that the server can see. What takes rates over time, Prometheus sees."];
      output.show({ data: shown }, shown.length === 0 ? nothing : shown.flatMap(linesOf));
    });
}

const states: Readonly<Record<string, string>> = {
  pending: "not yet for long enough",
  unseen: "only Prometheus knows",
};

function linesOf({ name, severity, state, reasons }: Alert): readonly string[] {
  return [
    `${name} (${severity}): ${states[state] ?? state}`,
    ...reasons.map(({ subject, text, since }) => `  ${printable(subject.name)}: ${printable(text)} Since ${since}`),
  ];
}
