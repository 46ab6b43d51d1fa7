// Everything by its name, from anywhere: pages, actions, and what there is of models, keys, users and providers.

import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { accountPlace, actions, placeGroups } from "./navigation.ts";
import { useSignOut } from "./sign-out.ts";
import { useTheme } from "#parts/theme.tsx";
import { useGo } from "#parts/use-search.ts";
import { pathOf } from "#views/saved-views.ts";

export function Palette({ onClose }: { readonly onClose: () => void }) {
  return (
    <Radix.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-40 w-[min(600px,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-lg border border-line-strong bg-raised shadow-float"
        >
          <Radix.Title className="sr-only">Search or jump to</Radix.Title>
          <Choices onClose={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const groupClass =
  "px-1 py-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint";

function Choices({ onClose }: { readonly onClose: () => void }) {
  const go = useGo();
  const [typed, setTyped] = useState("");
  const leave = (path: string): void => {
    onClose();
    void go(path);
  };
  return (
    <Command label="Search or jump to" loop>
      <Command.Input
        autoFocus
        value={typed}
        onValueChange={setTyped}
        placeholder="Search or jump to"
        className="h-11 w-full border-b border-line bg-transparent px-4 text-md outline-none"
      />
      <Command.List className="max-h-[min(420px,60vh)] overflow-y-auto">
        <Command.Empty className="px-4 py-8 text-center text-muted">Nothing has that name.</Command.Empty>
        <Places onGo={leave} />
        <Actions onGo={leave} onClose={onClose} />
        {requestId.test(typed.trim()) && <Request id={typed.trim()} onGo={leave} />}
        {typed.length > 1 && <Things onGo={leave} />}
      </Command.List>
    </Command>
  );
}

interface GroupProps {
  readonly onGo: (path: string) => void;
}

function Places({ onGo }: GroupProps) {
  const { may } = useCaller();
  const places = [...placeGroups.flatMap((group) => group.places), accountPlace];
  return (
    <Command.Group heading="Pages" className={groupClass}>
      {places
        .filter(({ permission }) => permission === undefined || may(permission))
        .map(({ title, path, icon: Icon }) => (
          // As it is typed: of two with the same word, the one in other letters would come second.
          <Choice key={path} value={`page ${title.toLowerCase()}`} onSelect={() => onGo(path)}>
            <Icon aria-hidden className="size-[15px] text-muted" />
            {title}
          </Choice>
        ))}
    </Command.Group>
  );
}

function Actions({ onGo, onClose }: GroupProps & { readonly onClose: () => void }) {
  const { may } = useCaller();
  const { choose } = useTheme();
  const signOut = useSignOut();
  const run = (action: () => void) => (): void => {
    onClose();
    action();
  };
  return (
    <Command.Group heading="Actions" className={groupClass}>
      {actions
        .filter(({ permission }) => may(permission))
        .map(({ title, path }) => (
          <Choice key={path} value={`action ${title}`} onSelect={() => onGo(path)}>
            {title}
          </Choice>
        ))}
      <Choice value="action Light theme" onSelect={run(() => choose("light"))}>
        Light theme
      </Choice>
      <Choice value="action Dark theme" onSelect={run(() => choose("dark"))}>
        Dark theme
      </Choice>
      <Choice value="action Sign out" onSelect={run(signOut)}>
        Sign out
      </Choice>
    </Command.Group>
  );
}

const requestId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;

function Request({ id, onGo }: GroupProps & { readonly id: string }) {
  const { may } = useCaller();
  if (!may("usage.read")) return null;
  return (
    <Command.Group heading="Requests" className={groupClass}>
      <Choice value={id} onSelect={() => onGo(`/requests/${id}`)}>
        Request <span className="font-mono text-xs">{id}</span>
      </Choice>
    </Command.Group>
  );
}

/** Read when somebody searches, and no sooner. */
function Things({ onGo }: GroupProps) {
  const { may } = useCaller();
  const { queries } = useApi();
  const keys = useQuery({ ...queries.keys, enabled: may("keys.read") });
  const users = useQuery({ ...queries.users, enabled: may("users.read") });
  const teams = useQuery({ ...queries.teams, enabled: may("teams.read") });
  const organisations = useQuery({ ...queries.organisations, enabled: may("organisations.read") });
  const roles = useQuery({ ...queries.roles, enabled: may("roles.read") });
  const models = useQuery({ ...queries.models, enabled: may("models.read") });
  const providers = useQuery({ ...queries.providers, enabled: may("providers.read") });
  const guardrails = useQuery({ ...queries.guardrails, enabled: may("guardrails.read") });
  const views = useQuery({ ...queries.views, enabled: may("views.manage") });
  const groups: readonly ThingGroup[] = [
    {
      heading: "Views",
      things: views.data?.items.map((view) => [pathOf(view), view.name, titleOf(view.page)]),
    },
    {
      heading: "Keys",
      things: keys.data?.items.map(({ id, name, public_id }) => [`/keys/${id}`, name, public_id]),
    },
    { heading: "Users", things: users.data?.items.map(({ id, email, username }) => [`/users/${id}`, email, username]) },
    { heading: "Teams", things: teams.data?.items.map(({ id, name }) => [`/teams/${id}`, name, ""]) },
    {
      heading: "Organisations",
      things: organisations.data?.items.map(({ id, name }) => [`/organisations/${id}`, name, ""]),
    },
    { heading: "Roles", things: roles.data?.map(({ name }) => [`/roles/${name}`, name, ""]) },
    { heading: "Providers", things: providers.data?.items.map(({ id, name }) => [`/providers/${id}`, name, ""]) },
    {
      heading: "Models",
      things: models.data?.items.map(({ id, name, provider }) => [`/models/${id}`, name, provider]),
    },
    {
      heading: "Guardrails",
      things: guardrails.data?.items.map(({ id, name }) => [`/guardrails/${id}`, name, ""]),
    },
  ];
  return groups.map(({ heading, things = [] }) => (
    <Command.Group key={heading} heading={heading} className={groupClass}>
      {things.map(([path, name, note]) => (
        <Choice key={`${path} ${name}`} value={`${heading} ${name} ${note} ${path}`} onSelect={() => onGo(path)}>
          <span className="truncate">{name}</span>
          <span className="ml-auto shrink-0 font-mono text-xs text-faint">{note === name ? "" : note}</span>
        </Choice>
      ))}
    </Command.Group>
  ));
}

interface ThingGroup {
  readonly heading: string;
  readonly things: readonly (readonly [path: string, name: string, note: string])[] | undefined;
}

/** What the page of a view is called. */
function titleOf(page: string): string {
  const places = placeGroups.flatMap((group) => group.places);
  return places.find(({ path }) => path === `/${page}`)?.title ?? page;
}

interface ChoiceProps {
  /** What it is found by; each has its own. */
  readonly value: string;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

function Choice({ value, onSelect, children }: ChoiceProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-8 cursor-default items-center gap-2.5 rounded-sm px-2 data-[selected=true]:bg-selected"
    >
      {children}
    </Command.Item>
  );
}
