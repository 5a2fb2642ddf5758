import { useState } from "preact/hooks";
import { Select } from "./Field.tsx";
import { readTheme, setTheme, THEMES } from "./theme.ts";

const OPTIONS = THEMES.map((theme) => [theme, theme] as const);

export function ThemeToggle() {
  const [theme, choose] = useState(readTheme);
  const onChange = (value: string) => {
    const next = THEMES.find((one) => one === value) ?? "system";
    setTheme(next);
    choose(next);
  };
  return <Select label="Theme" value={theme} options={OPTIONS} onChange={onChange} />;
}
