/** Starts the dashboard. It speaks to `/api/v1` of the app that served it, and to nobody else. */
import { render } from "preact";
import { App } from "./ui/App.tsx";
import { readRoute } from "./ui/route.ts";
import { readTheme, showTheme } from "./ui/theme.ts";
import { viewOf } from "./views.ts";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/frame.css";
import "./ui/parts.css";
import "./ui/table.css";

showTheme(readTheme());
// Fetched while it is asked who is signed in. Where that fails the view's frame says so.
viewOf(readRoute(location.hash).view)
  ?.load()
  .catch(() => undefined);
const root = document.getElementById("app");
if (root) render(<App />, root);
