import { Time } from "../../ui/Time.tsx";
import { absolute } from "../../ui/words.ts";
import { holderText, KIND_TEXT, type Facts } from "./facts.ts";

/** An address in a few lines: status, holder, since when. */
export function AddressFacts({ facts }: { facts: Facts }) {
  const { address, kind, holder, atUtc, why } = facts;
  return (
    <>
      <p class="fact-head">
        <strong class="mono">{address}</strong>
        <span class="fact-kind">
          <span class={`swatch swatch-${kind}`} aria-hidden="true" />
          {KIND_TEXT[kind]}
        </span>
      </p>
      {holder && <p class="fact-holder">{sentence(holderText(facts))}</p>}
      {holder?.service !== undefined && kind !== "claimed" && <p>for Service {holder.service}</p>}
      {atUtc !== undefined && (
        <p class="quiet">
          since {absolute(atUtc)} (<Time utc={atUtc} />)
        </p>
      )}
      {why !== undefined && <p class="quiet">{sentence(why)}</p>}
    </>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
