import type { Me } from "../../api/model.ts";
import type { View } from "../views.ts";
import { href } from "./route.ts";
import { ThemeToggle } from "./ThemeToggle.tsx";

interface NavigationProps {
  views: readonly View[];
  current: string;
  me: Me | undefined;
  /** On narrow screens it is closed by default. */
  isOpen: boolean;
}

/** Links to the views; below them the signed-in user and the theme. */
export function Navigation({ views, current, me, isOpen }: NavigationProps) {
  return (
    <div id="navigation" class={isOpen ? "navigation navigation-open" : "navigation"}>
      <nav aria-label="Views">
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
      <div class="navigation-foot">
        <ThemeToggle />
        {me && <Who me={me} />}
      </div>
    </div>
  );
}

function Who({ me: { name, roles, isSandbox, version } }: { me: Me }) {
  const role = roles.includes("Mooring.Operator") ? "Operator" : roles.length > 0 ? "Reader" : "No role";
  return (
    <p class="who">
      <span class="who-name" title={name}>
        {name}
      </span>
      <span>{isSandbox ? `${role}, sandbox` : role}</span>
      <span>Mooring {version}</span>
    </p>
  );
}
