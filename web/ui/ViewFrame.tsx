import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { View } from "../views.ts";
import { Button } from "./Button.tsx";
import { Page } from "./Page.tsx";
import { Empty, Skeleton } from "./Resource.tsx";

type Loaded = { readonly View: ComponentType } | "failed" | undefined;

/** A view, fetched when it is first entered. */
export function ViewFrame({ view, name }: { view: View | undefined; name: string }) {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    view?.load().then(
      (View) => setLoaded({ View }),
      () => setLoaded("failed"),
    );
  }, [view]);
  if (!view) return <Unknown name={name} />;
  if (loaded === "failed") return <Outdated title={view.title} />;
  return loaded ? <loaded.View /> : <Skeleton lines={12} />;
}

function Unknown({ name }: { name: string }) {
  return (
    <Page title="Not here">
      <Empty title={`There is no page ${name}.`}>
        <a href="#/overview">Go to the overview</a>
      </Empty>
    </Page>
  );
}

/** The usual reason: the app was deployed anew since this page was opened, and its files have other names now. */
function Outdated({ title }: { title: string }) {
  return (
    <Page title={title}>
      <Empty title="This part of the dashboard could not be fetched.">
        <p>Mooring may have been updated since this page was opened.</p>
        <Button kind="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </Empty>
    </Page>
  );
}
