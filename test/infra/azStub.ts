/**
 * Runs a script of `infra/` against an `az` that stores resources as files, records its calls, and fails
 * where a test requires it.
 */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { INFRA } from "./compiled.ts";

export const [ONE, TWO] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];

/** What azd passes to the scripts after a complete deployment. */
export const OUTPUTS = {
  AZURE_ENV_NAME: "prod",
  AZURE_LOCATION: "westeurope",
  MOORING_HOME_SUBSCRIPTION: ONE,
  MOORING_PRINCIPAL_ID: "principal",
  MOORING_APP_ID: "/subscriptions/s/resourceGroups/rg-prod/providers/Microsoft.Web/sites/func",
  MOORING_WATCHED: `${ONE} ${TWO}`,
  MOORING_DEAD_LETTER_ACCOUNT: "/dead",
  MOORING_ACTION_GROUPS: "/group/a /group/b",
  MOORING_REGISTRATION: "client",
  MOORING_WAIT_SECONDS: "0",
  MOORING_CHECK_SECONDS: "0",
};

/** All that an installation has outside its resource group. */
export const INSTALLED = [
  ...[ONE, TWO].flatMap((one) => [`group-${one}`, `assignment-${one}-a`, `assignment-${one}-b`]),
  "role-1",
  "role-2",
  "app-client",
];

export interface ScriptRun {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** What exists: `group-SUBSCRIPTION`, `assignment-SUBSCRIPTION-ID`, `role-ID`, `app-ID`, `eventsub-ID`, `alert-ID`. */
  readonly exists?: readonly string[];
  /** Which of its calls fails, from 1. */
  readonly failAt?: number;
  /** Shell that `az` runs before it answers; may end it. */
  readonly first?: string;
  /** Without the Azure CLI. */
  readonly isMissing?: boolean;
  /** Where it is run; absent: where the tests are. */
  readonly cwd?: string;
}

/** The values of the options are read in order; `--name`, `--ids`, `--id` and `--app-id` name a thing. */
const stub = (folder: string, { failAt = 0, first = "" }: ScriptRun) => `#!/bin/sh
cd "${folder}/state"
IFS='|'; echo "$*" >> ../calls; IFS=' '
if [ "$(wc -l < ../calls)" -eq ${failAt} ]; then echo "ERROR: refused by the stub" >&2; exit 1; fi
${first}
command="$1 $2 $3"
action=$4
while [ $# -gt 0 ]; do
  case $1 in
    --subscription) subscription=$2 ;;
    --name | --ids | --id | --app-id) thing=$2 ;;
  esac
  shift
done
list() { for one in "$1"*; do if [ -e "$one" ]; then echo "\${one#"$1"}"; fi; done; }
case $command in
  "account show --query") echo signed-in ;;
  "group exists "*) if [ -e "group-$subscription" ]; then echo true; else echo false; fi ;;
  "group delete "*) rm "group-$subscription" ;;
  "role assignment list") list "assignment-$subscription-" ;;
  "role assignment delete") rm "assignment-$subscription-$thing" ;;
  "role definition list") list role- ;;
  "role definition delete") rm "role-$thing" ;;
  "ad app list") list app- ;;
  "ad app delete") rm "app-$thing" ;;
  "eventgrid system-topic event-subscription")
    case $action in list) list eventsub- ;; delete) rm "eventsub-$thing" ;; show) echo Succeeded ;; esac ;;
  "monitor metrics alert") case $action in list) list alert- ;; delete) rm "alert-$thing" ;; esac ;;
  "deployment sub create") ;;
  *) echo "ERROR: '$command' is no command of the stub" >&2; exit 2 ;;
esac
`;

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly (readonly string[])[];
  /** What exists in Azure afterwards. */
  readonly left: readonly string[];
}

export async function runScript(name: string, options: ScriptRun = {}): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "mooring-az-"));
  try {
    await prepare(folder, options);
    const ended = await execute(name, folder, options);
    const calls = await readFile(join(folder, "calls"), "utf8").catch(() => "");
    const lines = calls.trimEnd().split("\n").filter(Boolean);
    const left = (await readdir(join(folder, "state"))).toSorted();
    return { ...ended, calls: lines.map((line) => line.split("|")), left };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(folder: string, options: ScriptRun): Promise<void> {
  await mkdir(join(folder, "state"));
  for (const thing of options.exists ?? []) await writeFile(join(folder, "state", thing), "");
  if (options.isMissing) return;
  await writeFile(join(folder, "az"), stub(folder, options));
  await chmod(join(folder, "az"), 0o755);
}

/** What the scripts call beside az. */
const TOOLS = ["basename", "dirname", "sleep", "tr"];

/** A search path on which there is no az, wherever the tests run. */
async function pathWithoutAz(folder: string): Promise<string> {
  const found = TOOLS.map((tool) => `ln -s "$(command -v ${tool})" "${folder}/"`).join(" && ");
  await promisify(execFile)("sh", ["-c", found]);
  return folder;
}

async function execute(name: string, folder: string, options: ScriptRun) {
  const { env = OUTPUTS, args = [], isMissing, cwd } = options;
  const path = isMissing ? await pathWithoutAz(folder) : `${folder}${delimiter}${process.env["PATH"]}`;
  const running = { env: { PATH: path, ...env }, cwd };
  return new Promise<Pick<Ended, "code" | "out" | "err">>((resolve) =>
    execFile(join(INFRA, name), [...args], running, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  );
}

/** The value of an option in a call. */
export const after = (call: readonly string[], option: string) => call[call.indexOf(option) + 1];

/** The calls that change something, as one text each. */
export const changes = ({ calls }: Ended): string[] =>
  calls.filter((call) => call.includes("delete") || call.includes("create")).map((call) => call.join(" "));
