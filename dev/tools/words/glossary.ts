/** The words that texts of this project do not use, each with the words to use. The reason for each is in `CONTRIBUTING.md`. */
export interface Entry {
  readonly not: RegExp;
  readonly use: string;
}

const entry = (not: string, use: string): Entry => ({ not: new RegExp(`\\b(?:${not})\\b`, "giu"), use });

export const GLOSSARY: readonly Entry[] = [
  entry("companion", "mutating webhook"),
  entry("tell|tells|telling|told|say|says|saying|said|hear|hears|heard", "report, return, log, state"),
  entry("(?<!well-)known|know|knows|knowing|knew", "cached, registered, recorded, supported"),
  entry(
    "whoever|nobody|somebody|anybody|everybody",
    "name the actor: no Service, another writer, an operator",
  ),
  entry("mend|mends|mended|mending", "fix, repair, reconcile"),
  entry("(?:is|are|was|were|be|been) away", "is unavailable"),
  entry("afresh|anew|once more", "again, re-read"),
  entry("whole|wholly", "valid, complete"),
  entry("(?:is|are|all) well|wellbeing", "healthy"),
  entry(
    "(?:is|are|already|not|was|were) so(?! (?:that|far|much|many|long|often))(?=[\\s,;]*(?:$|[.;:,)]|and|or|but))",
    "matches, up to date",
  ),
  entry("(?:is|are|was|were|has|have|be) gone", "was deleted, does not exist, ended"),
  entry("lets? go|letting go|gives? back|gave back|given back|giving back", "release, return"),
  entry("speaks? (?:for|against)|spoke (?:for|against)", "evidence for, evidence against"),
  entry("needs? a person|those that wait|that waits?|who waits?|waits", "action required, pending"),
  entry("news", "notifications, new findings"),
  entry("standing|court|witness(?:es)?|sights?|in sight|life", "status, lifecycle, evidence, observation"),
  entry("hangs? on|stands? on|leads? nowhere|hangs? together", "depends on, is attached to, has no backends"),
  entry("deeds?|decided by people", "action, manual decision"),
  entry("of (?:its|their|his|her) own|by (?:itself|themselves)", "own, automatically"),
  entry("in force", "active"),
  entry("doors?|doorstep", "HTTP or queue trigger"),
  entry("asked|asks|asking|wants?|wanted", "requested, requests"),
  entry("grace(?! period)", "grace period"),
  entry("shall", "must, is, does"),
];
