/** How the artifact is spoilt to prove that the soak can fail, and what must find it out. */
import type { Spoil } from "./stage/artifacts.ts";

interface Proof extends Spoil {
  readonly what: string;
  /** The invariants, any of which must be found broken. */
  readonly finds: readonly string[];
}

export const PROOFS: readonly Proof[] = [
  {
    what: "an address is claimed without checking whether it is in use",
    file: "shared/inventory/takeClaims.ts",
    from: 'if (!row) return { do: "insert", key,',
    to: 'if (!row) return { do: "put", key,',
    finds: ["one owner", "promise kept"],
  },
  {
    what: "the sweep believes that nothing lives",
    file: "shared/orphans/classify.ts",
    from: 'return view.state === "present" ? view.declared : NONE;',
    to: "return NONE;",
    finds: ["nothing living deleted"],
  },
  {
    what: "a write is not journalled",
    file: "shared/changes/journalStore.ts",
    from: "id,\n    change,\n    cause: context.cause,",
    to: 'id,\n    change: { ...change, resourceId: "/elsewhere" },\n    cause: context.cause,',
    finds: ["journalled"],
  },
  {
    what: "Private Link Services are not repaired",
    file: "shared/pls/planFor.ts",
    from: "...planPls(pls, owner, { evidence, policy }).changes,",
    to: "",
    finds: ["converged"],
  },
  {
    what: "claims never end",
    file: "shared/inventory/planRows.ts",
    from: '(claim) => claim.state === "proposed" || !ended.has(endedKey(key, claim)),',
    to: "() => true,",
    finds: ["no leak"],
  },
  {
    what: "a scan drops claims",
    file: "shared/inventory/planRows.ts",
    from: '(claim) => claim.state === "proposed" || !ended.has(endedKey(key, claim)),',
    to: "() => false,",
    finds: ["promise kept", "one owner"],
  },
  {
    what: "work on Private Link Services fails",
    file: "shared/pls/planFor.ts",
    from: "const pls = await run.ports.network.pls(id);",
    to: 'if (id !== "") throw new Error("spoilt"); const pls = await run.ports.network.pls(id);',
    finds: ["nothing stuck in poison", "nothing fails in calm"],
  },
];
