/* oxlint-disable no-console -- this is a command line */
/**
 * `npm run infra`: compiles and lints everything in `infra/`, and compares the templates and snapshots in `test/infra/` with what comes
 * out. `npm run infra -- --write` writes them. Exit code 1: the compiler reports something, or a committed result is out of date.
 */
import { openBicep } from "./compile.ts";
import { BICEP_VERSION, openCompiler } from "./compiler.ts";
import { compareResults, takeResults, writeResults } from "./results.ts";

const compiler = await openCompiler();
if ("missing" in compiler) console.log(`infra/ is not compiled: ${compiler.missing}`);
else process.exitCode = await check(compiler.path, compiler.version);

async function check(path: string, version: string): Promise<number> {
  await using bicep = await openBicep(path);
  const problems = await bicep.problems();
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) return 1;
  if (version !== BICEP_VERSION) {
    console.log(`compiled with Bicep ${version}; test/infra/ is of ${BICEP_VERSION} and is not compared`);
    return 0;
  }
  const results = await takeResults(bicep);
  if (process.argv.includes("--write")) await writeResults(results);
  const differences = await compareResults(results);
  for (const difference of differences) console.log(difference);
  if (differences.length > 0) console.log("look at the difference; npm run infra -- --write takes it over");
  else console.log(`infra/ compiles without errors and warnings (Bicep ${version})`);
  return differences.length > 0 ? 1 : 0;
}
