/** `npm run audit`: prints advisories for the installed packages; exit code 1 if any has no exception. */
import { auditPackages } from "./auditPackages.ts";

const { kind, lines } = await auditPackages();
for (const line of lines) console.log(line);
process.exitCode = kind === "found" ? 1 : 0;
