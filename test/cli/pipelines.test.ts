/** `docs/developers/check-manifests.md`: the steps of its workflows are run as a runner would, on a repository with manifests. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "../..");
const text = await readFile(join(ROOT, "docs/developers/check-manifests.md"), "utf8");
const blockOf = (name: string) =>
  parse(
    new RegExp(`<!-- ${name} -->\\s+\`\`\`yaml\n([^]*?)\`\`\`\\s+<!-- /${name} -->`).exec(text)?.[1] ?? "",
  );
const workflow = blockOf("workflow");
const [annotations] = blockOf("annotations");
const steps: any[] = workflow.jobs.check.steps;
const stepOf = (name: string) => steps.find((step) => step.name === name);

const require = createRequire(import.meta.url);
const Ajv = require("ajv-draft-04");
const ajv = new Ajv({ strict: false, unicodeRegExp: false });
require("ajv-formats")(ajv);
const isSarif = ajv.compile(require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));

const A = "service.beta.kubernetes.io/azure-load-balancer";
const service = (address: string) => `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    ${A}-internal: "true"
    ${A}-ipv4: "${address}"
spec:
  type: LoadBalancer
  ports: [{ port: 80 }]
`;

let repository: string;
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), "mooring-pipeline-"));
  await mkdir(join(repository, "runner"));
  await symlink(ROOT, join(repository, stepOf("Install Mooring").run.split("--prefix ")[1]));
});
afterEach(() => rm(repository, { recursive: true, force: true }));

/** Runs a step's script with the shell and flags that a runner uses, in a repository of these files. */
async function run(script: string, files: Readonly<Record<string, string>>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(repository, name)), { recursive: true });
    await writeFile(join(repository, name), content);
  }
  await bash(
    `git init --quiet && git add -- ${Object.keys(files)
      .map((name) => `'${name}'`)
      .join(" ")}`,
  );
  const ended = await bash(script);
  const sarif = await readFile(join(repository, "mooring.sarif"), "utf8").catch(() => undefined);
  return { ...ended, sarif: sarif === undefined ? undefined : JSON.parse(sarif) };
}

function bash(script: string): Promise<{ code: number; out: string; err: string }> {
  const path = `${dirname(process.execPath)}:${process.env["PATH"]}`;
  const env = { ...process.env, PATH: path, RUNNER_TEMP: join(repository, "runner"), NO_COLOR: "1" };
  return new Promise((resolve) =>
    execFile(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
      { cwd: repository, env },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  );
}

describe("the workflow", () => {
  const check = stepOf("Check manifests").run;

  test("passes valid manifests, and reports that to code scanning", async () => {
    const { code, sarif } = await run(check, {
      "deploy/web.yaml": service("10.0.0.9"),
      "other/bad.yaml": service("10"),
    });
    expect([code, sarif.runs[0].results]).toEqual([0, []]);
  });

  test("fails on a refusal, and places it in the file for code scanning", async () => {
    const { code, sarif } = await run(check, {
      "deploy/my shop/web.yml": service("10.1"),
      "deploy/b.yaml": service("10.0.0.9"),
    });
    expect(code).toBe(1);
    expect([isSarif(sarif), isSarif.errors]).toEqual([true, null]);
    const [{ tool, results }] = sarif.runs;
    expect(results).toMatchObject([
      {
        ruleId: "address-malformed",
        level: "error",
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "deploy/my%20shop/web.yml" },
              region: { startLine: 8 },
            },
          },
        ],
      },
    ]);
    for (const rule of tool.driver.rules)
      expect(rule).toMatchObject({
        shortDescription: { text: /./ },
        fullDescription: { text: /./ },
        help: { text: /./ },
      } as any);
  });

  test("fails on what cannot be read, and places it in the file for code scanning", async () => {
    const { code, err, sarif } = await run(check, {
      "deploy/web.yaml": "kind: Service\n  bad: [\n",
      "deploy/z.yaml": service("10.1"),
    });
    expect(code).toBe(2);
    expect(err).toContain("deploy/web.yaml:");
    expect([isSarif(sarif), isSarif.errors]).toEqual([true, null]);
    const [{ results, invocations }] = sarif.runs;
    expect(new Set(results.map(({ ruleId }: any) => ruleId))).toEqual(
      new Set(["address-malformed", "manifest-unreadable"]),
    );
    expect(invocations).toEqual([{ executionSuccessful: false }]);
  });

  test("uploads nothing if nothing could be checked at all", async () => {
    const { code, sarif } = await run(check.replace("--offline", "--offline --nonsense"), {
      "deploy/web.yaml": service("10.0.0.9"),
    });
    expect([code, sarif]).toEqual([2, undefined]);
  });

  test("reports nothing without manifests", async () => {
    const { code, out, sarif } = await run(check, { "README.md": "" });
    expect([code, out, sarif]).toEqual([0, "No manifests.\n", undefined]);
  });

  test("uploads what it wrote, whether it failed or not, and may", () => {
    const upload = steps.find(({ uses }) => uses?.startsWith("github/codeql-action/upload-sarif@"));
    expect([upload.with.sarif_file, upload.if]).toEqual([
      "mooring.sarif",
      "${{ !cancelled() && hashFiles('mooring.sarif') != '' }}",
    ]);
    expect(workflow.permissions).toEqual({ contents: "read", "security-events": "write" });
  });

  test("installs what the command needs: nothing that it loads is for development only", async () => {
    expect(stepOf("Install Mooring").run).toContain("--omit=dev");
    const { dependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    const loaded = await packagesLoadedBy(join(ROOT, "cli/main.ts"));
    expect(loaded.length).toBeGreaterThan(3);
    expect(loaded.filter((name) => !(name in dependencies))).toEqual([]);
  });
});

test("annotations of the run name file and line, and fail it", async () => {
  const { code, out } = await run(annotations.run, { "deploy/web.yaml": service("10.1") });
  expect(code).not.toBe(0);
  expect(out).toContain("::error file=deploy/web.yaml,line=8,");
});

/** Of static imports, from file to file: what is imported only when used is not loaded by a check. */
async function packagesLoadedBy(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    packages: "external",
    platform: "node",
    format: "esm",
    absWorkingDir: ROOT,
    outdir: "unwritten",
    logLevel: "silent",
  });
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { kind, path, external } of metafile.inputs[file]?.imports ?? []) {
      if (kind !== "import-statement") continue;
      if (!external) visit(path);
      else if (!path.startsWith("node:"))
        packages.add(
          path
            .split("/")
            .slice(0, path.startsWith("@") ? 2 : 1)
            .join("/"),
        );
    }
  };
  visit("cli/main.ts");
  return [...packages];
}
