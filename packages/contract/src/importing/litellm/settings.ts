// What becomes of the settings of LiteLLM that stand for nothing in the store here: named one by one, with what to do instead.

import { isEmpty, textsOf, type Fields } from "#importing/fields.ts";
import type { Findings, Grade } from "#importing/findings.ts";

type Fate = readonly [Grade, string];

const elsewhere = (reason: string): Fate => ["unsupported", reason];
const nearly = (reason: string): Fate => ["approximate", reason];
const same = (reason: string): Fate => ["exact", reason];

/** Told of by other parts of the import. */
const told = new Set([
  ...["router_settings.routing_strategy", "router_settings.model_group_alias", "router_settings.fallbacks"],
  ...["router_settings.context_window_fallbacks", "router_settings.content_policy_fallbacks"],
  ...["router_settings.default_fallbacks", "router_settings.num_retries", "router_settings.retry_after"],
  ...["router_settings.retry_policy", "router_settings.model_group_retry_policy", "router_settings.timeout"],
  ...["router_settings.stream_timeout", "litellm_settings.fallbacks", "litellm_settings.context_window_fallbacks"],
  ...[
    "litellm_settings.content_policy_fallbacks",
    "litellm_settings.default_fallbacks",
    "litellm_settings.num_retries",
  ],
  ...["litellm_settings.request_timeout", "litellm_settings.cache", "litellm_settings.cache_params"],
  ...["litellm_settings.timezone", "litellm_settings.budget_reset_time", "litellm_settings.callbacks"],
  ...["litellm_settings.success_callback", "litellm_settings.failure_callback", "litellm_settings.service_callback"],
]);

const redis = elsewhere("give the server a Redis of its own: REDIS_URL");

const fates: Readonly<Record<string, Fate>> = {
  "router_settings.allowed_fails": elsewhere("targets rest by health.* of the server (docs/aliases.md)"),
  "router_settings.allowed_fails_policy": elsewhere("targets rest by health.* of the server (docs/aliases.md)"),
  "router_settings.cooldown_time": elsewhere("set health.rest_ms of the server: how long a target rests first"),
  "router_settings.disable_cooldowns": elsewhere("targets that fail rest here always"),
  "router_settings.enable_pre_call_checks": same("a prompt that is too long for a target is not sent there"),
  "router_settings.routing_strategy_args": elsewhere("a strategy has no arguments here"),
  "router_settings.redis_host": redis,
  "router_settings.redis_port": redis,
  "router_settings.redis_password": redis,
  "router_settings.redis_url": redis,
  "litellm_settings.drop_params": same("what a vendor refuses is left out of its requests"),
  "litellm_settings.modify_params": same("requests are made to fit their target"),
  "litellm_settings.set_verbose": elsewhere("set log.level of the server"),
  "litellm_settings.json_logs": same("logs are JSON where they do not go to a terminal"),
  "litellm_settings.turn_off_message_logging": same("no log has prompts in it"),
  "litellm_settings.redact_user_api_key_info": same("no log has keys in it"),
  "litellm_settings.max_budget": elsewhere("give organisations, teams or providers a budget: there is none over all"),
  "litellm_settings.budget_duration": elsewhere(
    "give organisations, teams or providers a budget: there is none over all",
  ),
  "litellm_settings.default_internal_user_params": elsewhere("users begin without limits here"),
  "litellm_settings.default_team_params": elsewhere("teams begin without limits here"),
  "litellm_settings.guardrails": elsewhere("make guardrails here (docs/guardrails.md)"),
  "general_settings.master_key": elsewhere("the server has admin keys of its own; who uses it as a key needs another"),
  "general_settings.database_url": elsewhere("it is read where --database gives it"),
  "general_settings.store_model_in_db": nearly("providers and aliases are always in the database"),
  "general_settings.alerting": elsewhere(
    "alerts come from Prometheus, and from webhooks (docs/alerts.md, docs/events.md)",
  ),
  "general_settings.alerting_threshold": elsewhere("alerts come from Prometheus (docs/alerts.md)"),
  "general_settings.background_health_checks": elsewhere("set health.check_ms of the server"),
  "general_settings.health_check_interval": elsewhere("set health.check_ms of the server"),
  "general_settings.custom_auth": elsewhere("requests are let in by keys alone"),
  "general_settings.max_parallel_requests": elsewhere("give keys, users or teams concurrent_requests"),
  "general_settings.global_max_parallel_requests": elsewhere("give aliases or providers concurrent_requests"),
  "general_settings.pass_through_endpoints": elsewhere("paths are those of the dialects here (docs/dialects.md)"),
  "general_settings.allowed_ips": elsewhere("give keys addresses from where they may be used"),
  "general_settings.enable_jwt_auth": elsewhere("requests are let in by keys alone"),
  "general_settings.litellm_jwtauth": elsewhere("requests are let in by keys alone"),
  "general_settings.proxy_batch_write_at": same("usage is written down before an answer ends"),
  "general_settings.disable_spend_logs": elsewhere("every request is in the log; retention.usage_days says how long"),
  "general_settings.store_prompts_in_spend_logs": elsewhere("keys and teams say what is stored (docs/prompts.md)"),
  "general_settings.maximum_spend_logs_retention_period": elsewhere("set retention.usage_days of the server"),
  "general_settings.user_header_name": elsewhere("a key that acts for others takes x-ghostllm-user (docs/keys.md)"),
  "general_settings.key_management_system": elsewhere(
    "secrets come from the environment, files or Vault (docs/security.md)",
  ),
};

const callbacks: Readonly<Record<string, Fate>> = {
  prometheus: nearly("`/metrics` of the server, with names of its own (docs/metrics.md)"),
  ...Object.fromEntries(
    ["otel", "langfuse", "langfuse_otel", "arize_phoenix"].map((name) => [
      name,
      nearly("name its collector by OTEL_EXPORTER_OTLP_ENDPOINT: traces of requests go there (docs/observability.md)"),
    ]),
  ),
};

export function gradeSettings(sections: Readonly<Record<string, Fields>>, findings: Findings): void {
  for (const [section, settings] of Object.entries(sections)) {
    for (const [name, value] of Object.entries(settings)) {
      const item = `${section}.${name}`;
      if (told.has(item) || isEmpty(value)) continue;
      const [grade, reason] = fates[item] ?? elsewhere("this import knows nothing of it");
      findings[grade](item, reason);
    }
  }
  const litellm = sections["litellm_settings"] ?? {};
  const lists = ["callbacks", "success_callback", "failure_callback", "service_callback"];
  for (const name of new Set(lists.flatMap((list) => textsOf(litellm[list])))) {
    const [grade, reason] =
      callbacks[name] ?? elsewhere("nothing here tells it: requests are told by events and webhooks (docs/events.md)");
    findings[grade](`callback ${name}`, reason);
  }
}
