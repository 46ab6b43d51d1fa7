// Elements of the page. Texts are texts: nothing that a server or a link says becomes markup.

type Child = Node | string | null;

interface Properties {
  readonly class?: string;
  readonly id?: string;
  readonly for?: string;
  readonly href?: string;
  readonly type?: string;
  readonly value?: string;
  readonly name?: string;
  readonly placeholder?: string;
  readonly autocomplete?: AutoFill;
  readonly label?: string;
  readonly role?: string;
  readonly min?: string;
  readonly max?: string;
  readonly isChecked?: boolean;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly onClick?: () => void;
}

const named: Readonly<Record<string, string>> = { label: "aria-label" };
const switches: Readonly<Record<string, string>> = {
  isChecked: "checked",
  isRequired: "required",
  isDisabled: "disabled",
};

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "onClick" && typeof value === "function") made.addEventListener("click", () => value());
    else if (switches[name] !== undefined) made.toggleAttribute(switches[name], value === true);
    else made.setAttribute(named[name] ?? name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function field(label: string, input: HTMLElement, hint: string | null = null): HTMLElement {
  const words = hint === null ? null : element("span", { class: "hint" }, hint);
  return element("label", { class: "field" }, element("span", { class: "label" }, label), input, words);
}
