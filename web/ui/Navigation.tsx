import type { View } from "../views.ts";
import { href } from "./route.ts";

interface NavigationProps {
  views: readonly View[];
  current: string;
  /** On narrow screens it is closed until asked for. */
  isOpen: boolean;
}

export function Navigation({ views, current, isOpen }: NavigationProps) {
  return (
    <nav id="navigation" class={isOpen ? "navigation navigation-open" : "navigation"} aria-label="Views">
      <ul>
        {views.map(({ name, title }) => (
          <li key={name}>
            <a href={href(name)} aria-current={name === current ? "page" : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
