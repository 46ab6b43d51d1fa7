// The configuration as plain data for `config show`: every value with where it came from, secrets as `[secret]`.

import { show } from "#domain/additions.ts";
import { Secret } from "#domain/secret.ts";
import type { Config } from "./config.ts";
import type { Origins } from "./load.ts";
import type { Setting } from "./setting.ts";
import { type SettingName, settings } from "./settings.ts";

export interface DescribedSetting {
  readonly path: string;
  readonly variable: string;
  readonly value: string | number | boolean | null;
  readonly origin: string;
  readonly help: string;
  readonly isLive: boolean;
}

export interface DescribedProvider {
  readonly name: string;
  readonly type: string;
  readonly base_url: string | null;
  readonly credential: "[secret]" | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly origin: string;
}

export interface DescribedConfig {
  readonly settings: readonly DescribedSetting[];
  readonly providers: readonly DescribedProvider[];
}

function toPlain(value: unknown, { kind }: Setting<unknown>): DescribedSetting["value"] {
  if (value === null) return null;
  if (value instanceof Secret) return "[secret]";
  if (typeof value === "number" || typeof value === "boolean") return value;
  return kind.show(value);
}

export function describeConfig(config: Config, origins: Origins): DescribedConfig {
  const entries = Object.entries(settings) as [SettingName, Setting<unknown>][];
  return {
    settings: entries.map(([name, one]) => ({
      path: one.path,
      variable: one.variable,
      value: toPlain(one.read(config), one),
      origin: origins[name],
      help: one.help,
      isLive: one.isLive === true,
    })),
    providers: config.providers.map((provider) => ({
      name: provider.name,
      type: provider.type,
      base_url: provider.baseUrl,
      credential: provider.credential === null ? null : "[secret]",
      settings: provider.settings,
      ...show(provider.additions),
      origin: provider.origin,
    })),
  };
}
