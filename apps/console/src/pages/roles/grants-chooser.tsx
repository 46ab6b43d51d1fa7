// What a role allows: a row for each permission, in groups, with how far it goes. One who may not change it sees what is granted.

import { extentsOf, permissions } from "@ghostllm/contract";
import type { Extent, Permission } from "@ghostllm/contract";
import { choiceClass } from "#parts/field.tsx";
import { Tag } from "#parts/status.tsx";
import { permissionGroups } from "./permission-groups.ts";

/** By permission, how far it goes. */
export type GrantsGiven = Readonly<Partial<Record<Permission, string>>>;

const words: Readonly<Record<Extent, string>> = {
  all: "for everything",
  team: "in the teams that one manages",
  own: "for one's own",
};

function wordsOf(extent: string): string {
  return words[extent as Extent] ?? extent;
}

interface GrantsChooserProps {
  readonly grants: GrantsGiven;
  /** Absent where they are only shown. */
  readonly onChange?: (grants: GrantsGiven) => void;
  /** Whether the caller has it himself: nobody hands on what he does not have. */
  readonly isHad?: (permission: Permission) => boolean;
}

export function GrantsChooser({ grants, onChange, isHad = () => true }: GrantsChooserProps) {
  const set = (name: Permission, extent: string | undefined): void => {
    const { [name]: _, ...others } = grants;
    onChange?.(extent === undefined ? others : { ...others, [name]: extent });
  };
  const groups = permissionGroups
    .map(({ title, names }) => {
      const granted = names.filter((name) => grants[name] !== undefined);
      return { title, names, granted, shown: onChange === undefined ? granted : names };
    })
    .filter(({ shown }) => shown.length > 0);
  return groups.map(({ title, names, granted, shown }) => (
    <fieldset key={title} className="min-w-0 border-b border-line px-4 py-3 last:border-0">
      <legend className="contents">
        <span className="font-semibold">{title}</span>
        <span className="ml-2 text-xs text-faint">
          {granted.length} of {names.length}
        </span>
      </legend>
      <ul className="mt-1.5">
        {shown.map((name) => (
          <li key={name} className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 py-0.5">
            {onChange === undefined ? (
              <Granted name={name} extent={grants[name] ?? ""} />
            ) : (
              <Choice name={name} extent={grants[name]} set={set} isOpen={isHad(name) || grants[name] !== undefined} />
            )}
          </li>
        ))}
      </ul>
    </fieldset>
  ));
}

function Granted({ name, extent }: { readonly name: Permission; readonly extent: string }) {
  return (
    <>
      <span className="min-w-0 flex-1 basis-64" title={name}>
        {permissions[name]}
      </span>
      <Tag>{wordsOf(extent)}</Tag>
    </>
  );
}

interface ChoiceProps {
  readonly name: Permission;
  readonly extent: string | undefined;
  readonly set: (name: Permission, extent: string | undefined) => void;
  readonly isOpen: boolean;
}

function Choice({ name, extent, set, isOpen }: ChoiceProps) {
  const extents = extentsOf(name);
  const isGranted = extent !== undefined;
  return (
    <>
      <label
        title={isOpen ? name : `${name}: you do not have it yourself`}
        className="flex min-w-0 flex-1 basis-64 items-baseline gap-2"
      >
        <input
          type="checkbox"
          className="size-3.5 shrink-0 translate-y-0.5 accent-accent"
          checked={isGranted}
          disabled={!isOpen}
          // The least that it can be granted for.
          onChange={(event) => set(name, event.target.checked ? extents.at(-1) : undefined)}
        />
        <span className={`min-w-0 ${isOpen ? "" : "text-muted"}`}>{permissions[name]}</span>
      </label>
      {isGranted && extents.length > 1 && (
        <select
          aria-label={`${permissions[name]}: how far`}
          className={`h-7 ${choiceClass} ml-[22px] sm:ml-0`}
          value={extent}
          onChange={(event) => set(name, event.target.value)}
        >
          {extents.map((one) => (
            <option key={one} value={one}>
              {words[one]}
            </option>
          ))}
        </select>
      )}
    </>
  );
}
