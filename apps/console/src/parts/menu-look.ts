/** How menus look. */
export const menuClass =
  "z-50 min-w-[168px] animate-appear rounded-md border border-line-strong bg-raised p-1 shadow-float";
export const menuItemClass =
  "flex h-7 cursor-default items-center gap-2 rounded-sm px-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover";
