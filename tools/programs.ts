import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What `test/deploy` runs the generated files with; npm cannot bring these. */
const FOR_DEPLOY = ["nginx", "curl", "sh"];

/** Those of them that are not on this machine's path. */
export function missingForDeploy(): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return FOR_DEPLOY.filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
