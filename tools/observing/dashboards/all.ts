import type { Dashboard } from "../dashboard.ts";
import { money } from "./money.ts";
import { overview } from "./overview.ts";
import { providers } from "./providers.ts";
import { system } from "./system.ts";

export const dashboards: readonly Dashboard[] = [overview, providers, money, system];
