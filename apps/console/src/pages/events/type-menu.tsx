import { ListFilter } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { eventNames } from "#api/events.ts";
import { Button } from "#parts/button.tsx";
import { menuClass, menuItemClass } from "#parts/menu-look.ts";

interface TypeMenuProps {
  /** None stands for all. */
  readonly chosen: readonly string[];
  readonly onChange: (types: readonly string[]) => void;
}

/** Which types of events are shown. */
export function TypeMenu({ chosen, onChange }: TypeMenuProps) {
  const toggle = (name: string): void => onChange(eventNames.filter((one) => chosen.includes(one) !== (one === name)));
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button>
          <ListFilter aria-hidden className="size-3.5" />
          {chosen.length === 0 ? "All types" : `${chosen.length} ${chosen.length === 1 ? "type" : "types"}`}
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Content align="start" sideOffset={4} className={menuClass}>
        {eventNames.map((name) => (
          <DropdownMenu.CheckboxItem
            key={name}
            className={menuItemClass}
            checked={chosen.includes(name)}
            onCheckedChange={() => toggle(name)}
            onSelect={(event) => event.preventDefault()}
          >
            <span className="w-4 shrink-0">
              <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
            </span>
            <span className="font-mono text-xs">{name}</span>
          </DropdownMenu.CheckboxItem>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
