import { SearchBox } from "./SearchBox.tsx";

interface HeaderProps {
  isSignedIn: boolean;
  isMenuOpen: boolean;
  onMenu: () => void;
}

export function Header({ isSignedIn, isMenuOpen, onMenu }: HeaderProps) {
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
      {isSignedIn && <SearchBox />}
    </header>
  );
}
