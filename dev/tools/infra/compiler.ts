/**
 * The Bicep compiler: one that this machine has, or the package of the Bicep CLI restored from NuGet into a cache folder.
 * The committed results in `test/infra/` are those of one version, so that version is preferred.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "../programs.ts";

const run = promisify(execFile);

/** The version that the committed templates and snapshots are compiled with. */
export const BICEP_VERSION = "0.49.2";
const PACKAGE = `Azure.Bicep.CommandLine.${platformOf(process.platform)}-${process.arch}`;
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mooring", "bicep");
const EXECUTABLE = process.platform === "win32" ? "bicep.exe" : "bicep";
const RESTORED = join(CACHE, PACKAGE.toLowerCase(), BICEP_VERSION, "tools", EXECUTABLE);
const RESTORE_MS = 180_000;

export interface Compiler {
  readonly path: string;
  readonly version: string;
}

/** A compiler that can run now, without a restore; `undefined` where there is none. */
export function findCompiler(): string | undefined {
  return existsSync(RESTORED) ? RESTORED : installed()[0];
}

/** A compiler of {@link BICEP_VERSION} if one can be had, else of any version; otherwise why there is none. */
export async function openCompiler(): Promise<Compiler | { readonly missing: string }> {
  if (existsSync(RESTORED)) return { path: RESTORED, version: BICEP_VERSION };
  const present = await Promise.all(
    installed().map(async (path) => ({ path, version: await versionOf(path) })),
  );
  const same = present.find(({ version }) => version === BICEP_VERSION);
  if (same) return same;
  const failure = await restore();
  if (failure === undefined) return { path: RESTORED, version: BICEP_VERSION };
  return present.find(({ version }) => version !== "") ?? { missing: failure };
}

/** On the path, and where `az bicep install` puts it. */
function installed(): string[] {
  const azure = process.env["AZURE_CONFIG_DIR"] ?? join(homedir(), ".azure");
  const ofAz = join(azure, "bin", EXECUTABLE);
  return [findProgram(EXECUTABLE), existsSync(ofAz) ? ofAz : undefined].filter((path) => path !== undefined);
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ["--version"]).catch(() => ({ stdout: "" }));
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "";
}

/** Restores the package as any project would; returns why it could not. */
async function restore(): Promise<string | undefined> {
  const dotnet = findProgram("dotnet");
  if (dotnet === undefined) return "there is no bicep, az bicep or dotnet on this machine";
  await mkdir(CACHE, { recursive: true });
  const project = join(CACHE, "bicep.csproj");
  await writeFile(project, projectText());
  try {
    await run(dotnet, ["restore", project, "--packages", CACHE], { timeout: RESTORE_MS });
    await chmod(RESTORED, 0o755);
    return undefined;
  } catch {
    return `there is no bicep on this machine, and dotnet could not restore ${PACKAGE} ${BICEP_VERSION}`;
  }
}

function projectText(): string {
  return `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="${PACKAGE}" Version="[${BICEP_VERSION}]" />
  </ItemGroup>
</Project>
`;
}

function platformOf(platform: NodeJS.Platform): string {
  if (platform === "darwin") return "osx";
  return platform === "win32" ? "win" : platform;
}
