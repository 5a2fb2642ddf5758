import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What `test/deploy` runs the generated files with; npm cannot bring these. */
const FOR_DEPLOY = ["nginx", "curl", "sh"];
/** What people have Chromium as; `MOORING_CHROMIUM` names another. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Those for `test/deploy` that are not on this machine's path. */
export function missingForDeploy(): string[] {
  return FOR_DEPLOY.filter((name) => findProgram(name) === undefined);
}

/** The Chromium that `test/browser` looks at the dashboard with; `undefined` where there is none. */
export function findChromium(): string | undefined {
  const named = process.env["MOORING_CHROMIUM"];
  return named ?? BROWSERS.map(findProgram).find((path) => path !== undefined);
}

function findProgram(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
