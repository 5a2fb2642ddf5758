import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What the tests in `test/deploy` run the generated files with; npm cannot bring these. */
const FOR_DEPLOY = [
  { tests: "test/deploy/{probe,relay,smuggling}.test.ts", programs: ["nginx", "curl", "sh"] },
  { tests: "test/deploy/send.test.ts", programs: ["curl", "sh"] },
];
/** What people have Chromium as; `MOORING_CHROMIUM` names another. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The tests of `test/deploy` that cannot run here, and the programs that they miss on the path. */
export function missingForDeploy(): { tests: string; programs: string[] }[] {
  return FOR_DEPLOY.map(({ tests, programs }) => ({
    tests,
    programs: programs.filter((name) => findProgram(name) === undefined),
  })).filter(({ programs }) => programs.length > 0);
}

/** The Chromium that `test/browser` looks at the dashboard with; `undefined` where there is none. */
export function findChromium(): string | undefined {
  const named = process.env["MOORING_CHROMIUM"];
  return named ?? BROWSERS.map(findProgram).find((path) => path !== undefined);
}

/** The first program of a name on the path. */
export function findProgram(name: string): string | undefined {
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
