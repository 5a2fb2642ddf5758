/** `npm run demo`: runs the story and verifies each step. Exit code 1 if a step fails. */
import { parseArgs } from "node:util";
import { STEPS } from "./steps.ts";
import type { Story } from "./story.ts";
import { openWorld } from "./world.ts";

const CONTROL = "http://127.0.0.1:7080";
const HELP = `npm run demo -- [options]

  --control <url>  a running sandbox's, as \`npm start\` prints it (${CONTROL}); where none runs the demo has its own
`;

const values = readArguments();
const { world, close, own } = await openWorld(values.control);
console.log(
  own ? "No sandbox is running: this is the demo's own.\n" : `Against the sandbox at ${values.control}.\n`,
);
const story: Story = {
  world,
  mark: Date.now().toString(36),
  say: (line) => console.log(`     ${line.replaceAll("\n", "\n     ")}`),
  address: "",
};

let failed = 0;
for (const [index, { title, play }] of STEPS.entries()) {
  console.log(`${index + 1}. ${title}`);
  try {
    await play(story);
    console.log("   ✓\n");
  } catch (error) {
    failed += 1;
    console.log(`   ✗ ${error instanceof Error ? error.message : String(error)}\n`);
    break;
  }
}
await close();
console.log(failed === 0 ? `All ${STEPS.length} steps passed.` : "Demo failed.");
process.exit(failed === 0 ? 0 : 1);

function readArguments(): { readonly control: string } {
  try {
    const { values } = parseArgs({
      options: {
        control: { type: "string", default: CONTROL },
        help: { type: "boolean", default: false },
      },
    });
    if (!values.help) return values;
    console.log(HELP);
    return process.exit(0);
  } catch (error) {
    console.error(`npm run demo: ${error instanceof Error ? error.message : String(error)}`);
    return process.exit(2);
  }
}
