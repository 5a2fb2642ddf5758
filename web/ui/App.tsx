/**
 * The frame around every view: header, navigation, signed-in user, banner while changes are stopped.
 * Independent of the views.
 */
import { useEffect, useState } from "preact/hooks";
import type { Me } from "../../api/model.ts";
import { VIEWS, type View } from "../views.ts";
import { Header } from "./Header.tsx";
import { MeContext } from "./me.ts";
import { Navigation } from "./Navigation.tsx";
import { Notes } from "./notify.tsx";
import { Problems } from "./Problems.tsx";
import { Skeleton } from "./Resource.tsx";
import { useRoute } from "./route.ts";
import { useResource } from "./useResource.ts";
import { ViewFrame } from "./ViewFrame.tsx";
import { Time } from "./Time.tsx";

const NO_USER: Me = { name: "", roles: [], isSandbox: false, version: "" };

export function App() {
  const me = useResource<Me>("/me");
  const { view } = useRoute();
  const [isMenuOpen, setMenuOpen] = useState(false);
  useEffect(() => setMenuOpen(false), [view]);
  const views = VIEWS.filter(({ isSandboxOnly }) => !isSandboxOnly || me.data?.isSandbox === true);
  return (
    <MeContext.Provider value={me.data ?? NO_USER}>
      <SkipLink />
      <Header
        isSignedIn={me.data !== undefined}
        isMenuOpen={isMenuOpen}
        onMenu={() => setMenuOpen(!isMenuOpen)}
      />
      <Stopped me={me.data} />
      <div class="frame">
        <Navigation views={views} current={view} me={me.data} isOpen={isMenuOpen} />
        <main id="main" tabIndex={-1}>
          {me.data && <Current views={views} name={view} />}
          {!me.data && me.problem && <Problems problem={me.problem} onRetry={me.refresh} />}
          {me.isLoading && <Skeleton lines={12} />}
        </main>
      </div>
      <Notes />
    </MeContext.Provider>
  );
}

/** A button instead of an anchor: the hash of the URL holds the route. */
function SkipLink() {
  return (
    <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
      Skip to content
    </button>
  );
}

function Stopped({ me }: { me: Me | undefined }) {
  if (!me?.stopped) return null;
  return (
    <p class="stopped" role="status">
      <strong>Changes stopped</strong> since <Time utc={me.stopped.sinceUtc} />: {me.stopped.why}. Mooring
      makes no changes in Azure until an operator runs <code>mooring resume</code>.
    </p>
  );
}

function Current({ views, name }: { views: readonly View[]; name: string }) {
  const view = views.find((one) => one.name === name);
  return <ViewFrame key={name} view={view} name={name} />;
}
