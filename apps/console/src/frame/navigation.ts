// The places of the console, in the order of the sidebar. Who may not read what a page shows does not see the page.

import type { Permission } from "@ghostllm/contract";
import {
  Building2,
  Cable,
  CalendarClock,
  ChartColumn,
  CircleDollarSign,
  CircleUser,
  Database,
  Hand,
  Import,
  KeyRound,
  Layers,
  LayoutDashboard,
  List,
  MessageSquare,
  Plug,
  Radio,
  Route,
  ScanText,
  ScrollText,
  Settings,
  ShieldCheck,
  TriangleAlert,
  User,
  Users,
} from "lucide-react";
import type { LucideIcon } from "lucide-react";

export interface Place {
  readonly title: string;
  readonly path: string;
  readonly icon: LucideIcon;
  readonly permission?: Permission;
  /** How many of what is there wait for the caller is beside its name. */
  readonly waiting?: "consents";
}

interface PlaceGroup {
  /** The first has none. */
  readonly title: string | null;
  readonly places: readonly Place[];
}

export const placeGroups: readonly PlaceGroup[] = [
  {
    title: null,
    places: [
      { title: "Dashboard", path: "/", icon: LayoutDashboard, permission: "usage.read" },
      { title: "Requests", path: "/requests", icon: List, permission: "usage.read" },
      // What was asked is told from its record.
      { title: "Playground", path: "/playground", icon: MessageSquare, permission: "usage.read" },
      { title: "Connect", path: "/connect", icon: Cable },
    ],
  },
  {
    title: "Traffic",
    places: [
      { title: "Providers", path: "/providers", icon: Plug, permission: "providers.read" },
      { title: "Models", path: "/models", icon: Layers, permission: "models.read" },
      { title: "Aliases", path: "/aliases", icon: Route, permission: "aliases.read" },
      { title: "Guardrails", path: "/guardrails", icon: ScanText, permission: "guardrails.read" },
      { title: "Cache", path: "/cache", icon: Database, permission: "cache.read" },
    ],
  },
  {
    title: "Access",
    places: [
      { title: "Users", path: "/users", icon: User, permission: "users.read" },
      { title: "Teams", path: "/teams", icon: Users, permission: "teams.read" },
      { title: "Organisations", path: "/organisations", icon: Building2, permission: "organisations.read" },
      { title: "Roles", path: "/roles", icon: ShieldCheck, permission: "roles.read" },
      { title: "Keys", path: "/keys", icon: KeyRound, permission: "keys.read" },
      { title: "Budgets & limits", path: "/budgets", icon: CircleDollarSign, permission: "usage.read" },
      { title: "Consent requests", path: "/consents", icon: Hand, permission: "consents.read", waiting: "consents" },
    ],
  },
  {
    title: "Insight",
    places: [
      { title: "Usage", path: "/usage", icon: ChartColumn, permission: "usage.read" },
      { title: "Reports", path: "/reports", icon: CalendarClock, permission: "reports.manage" },
      { title: "Alerts", path: "/alerts", icon: TriangleAlert, permission: "status.read" },
      { title: "Events", path: "/events", icon: Radio, permission: "events.read" },
      { title: "Audit", path: "/audit", icon: ScrollText, permission: "audit.read" },
      { title: "Import", path: "/import", icon: Import, permission: "imports.run" },
      { title: "Settings", path: "/settings", icon: Settings },
    ],
  },
];

/** Found by the palette, and beside one's name. */
export const accountPlace: Place = { title: "Your access", path: "/account", icon: CircleUser };

/** What can be done from anywhere, by the palette. */
export interface Action {
  readonly title: string;
  readonly path: string;
  readonly permission: Permission;
}

/** Their pages open what they lead to. */
export const actions: readonly Action[] = [
  { title: "Ask a model", path: "/playground", permission: "usage.read" },
  { title: "Create a key", path: "/keys?new=key", permission: "keys.create" },
  { title: "Add a provider", path: "/providers?new=provider", permission: "providers.create" },
  { title: "Create an alias", path: "/aliases?new=alias", permission: "aliases.create" },
  { title: "Create a guardrail", path: "/guardrails?new=guardrail", permission: "guardrails.create" },
  { title: "Forget kept answers", path: "/cache?new=purge", permission: "cache.purge" },
  { title: "Create a webhook", path: "/events?show=Webhooks&new=webhook", permission: "webhooks.create" },
  { title: "Create a report", path: "/reports?new=report", permission: "reports.manage" },
  { title: "Back up", path: "/settings?show=Backups", permission: "backups.create" },
  { title: "Create a user", path: "/users?new=user", permission: "users.create" },
  { title: "Add an issuer", path: "/settings?show=Sign-in&new=issuer", permission: "sign_in_methods.create" },
  { title: "Create a SCIM token", path: "/settings?show=SCIM&new=token", permission: "scim.update" },
  { title: "Create a team", path: "/teams?new=team", permission: "teams.create" },
  { title: "Create an organisation", path: "/organisations?new=organisation", permission: "organisations.create" },
  { title: "Create a role", path: "/roles?new=role", permission: "roles.create" },
  {
    title: "Create a consent policy",
    path: "/consents?show=Policies&new=policy",
    permission: "consent_policies.create",
  },
];
