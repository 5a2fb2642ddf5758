/** Starts the dashboard. It speaks to `/api/v1` of the app that served it, and to nobody else. */
import { render } from "preact";
import { App } from "./ui/App.tsx";
import { readTheme, showTheme } from "./ui/theme.ts";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/frame.css";
import "./ui/parts.css";
import "./ui/table.css";

showTheme(readTheme());
const root = document.getElementById("app");
if (root) render(<App />, root);
