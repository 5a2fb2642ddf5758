/** Starts the dashboard. It calls `/api/v1` of the app that served it, and nothing else. */
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
// Loaded while the request for the signed-in user runs. If loading fails, the frame of the view reports it.
viewOf(readRoute(location.hash).view)
  ?.load()
  .catch(() => undefined);
const root = document.getElementById("app");
if (root) render(<App />, root);
