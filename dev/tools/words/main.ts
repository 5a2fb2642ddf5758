/** `node dev/tools/words/main.ts [PATH…]`: where texts use words that the glossary replaces; exit code 1 if any do. */
import { findWords, trackedFiles } from "./find.ts";

const paths = process.argv.slice(2);
const files = trackedFiles().filter(
  (file) =>
    paths.length === 0 || paths.some((path) => file === path || file.startsWith(path.replace(/\/?$/, "/"))),
);
const found = findWords(files);
for (const { file, line, word, use } of found) console.log(`${file}:${line}: "${word}": ${use}`);
console.log(`${found.length} in ${files.length} files`);
process.exitCode = found.length > 0 ? 1 : 0;
