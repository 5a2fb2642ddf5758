/**
 * Sentences are not mutated: no decision depends on text (results carry codes), and a test that repeats each
 * sentence would only hold its wording. Codes, states, paths, keys and names have no spaces, and are mutated.
 */
const SENTENCE = /[a-z]{2,}[,:;]? [a-z(]/i;

const ignorer = {
  shouldIgnore({ node }) {
    return SENTENCE.test(textOf(node)) ? "a sentence" : undefined;
  },
};

function textOf({ type, value, quasis }) {
  if (type === "StringLiteral") return value;
  // What is filled in counts as a word.
  return type === "TemplateLiteral" ? quasis.map((one) => one.value.raw).join("it") : "";
}

export const strykerPlugins = [{ kind: "Ignore", name: "sentences", value: ignorer }];
