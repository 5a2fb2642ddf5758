/** `npm run audit`: what is known against the packages that are installed; exit code 1 if anything that no exception explains. */
import { auditPackages } from "./auditPackages.ts";

const { kind, lines } = await auditPackages();
for (const line of lines) console.log(line);
process.exitCode = kind === "found" ? 1 : 0;
