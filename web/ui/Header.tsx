import { useState } from "preact/hooks";
import type { Me } from "../../api/model.ts";
import { SearchBox } from "./SearchBox.tsx";
import { readTheme, setTheme, THEMES, type Theme } from "./theme.ts";

interface HeaderProps {
  me: Me | undefined;
  isMenuOpen: boolean;
  onMenu: () => void;
}

export function Header({ me, isMenuOpen, onMenu }: HeaderProps) {
  return (
    <header class="header">
      <button
        type="button"
        class="button button-quiet menu"
        aria-expanded={isMenuOpen}
        aria-controls="navigation"
        onClick={onMenu}
      >
        Menu
      </button>
      <a class="brand" href="#/overview">
        Mooring
      </a>
      {me && <SearchBox />}
      <ThemeToggle />
      {me && <Who me={me} />}
    </header>
  );
}

function Who({ me: { name, roles, isSandbox } }: { me: Me }) {
  const role = roles.includes("Mooring.Operator") ? "Operator" : roles.length > 0 ? "Reader" : "no role";
  return (
    <span class="who" title={`${name}, ${role}`}>
      <span class="who-name">{name}</span>
      <span class="who-role">{isSandbox ? `${role}, sandbox` : role}</span>
    </span>
  );
}

const TITLES: Readonly<Record<Theme, string>> = {
  system: "Theme: system",
  light: "Theme: light",
  dark: "Theme: dark",
};

function ThemeToggle() {
  const [theme, choose] = useState(readTheme);
  const onChange = (value: string) => {
    const next = THEMES.find((one) => one === value) ?? "system";
    setTheme(next);
    choose(next);
  };
  return (
    <select
      class="theme"
      aria-label="Theme"
      value={theme}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {TITLES[one]}
        </option>
      ))}
    </select>
  );
}
