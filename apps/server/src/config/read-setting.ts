import type { SettingName } from "./settings.ts";

/** A setting's value, and what set it. */
export type ReadSetting = (name: SettingName) => { readonly value: unknown; readonly origin: string };
