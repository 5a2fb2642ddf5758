import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { View } from "../views.ts";
import { Button } from "./Button.tsx";
import { Page } from "./Page.tsx";
import { Empty, Skeleton } from "./Resource.tsx";

type Loaded = { readonly View: ComponentType } | "failed" | undefined;

/** A view, loaded when it is first opened. */
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
    <Page title="Page not found">
      <Empty title={`No page is named "${name}".`}>
        <a href="#/overview">Go to the overview</a>
      </Empty>
    </Page>
  );
}

/** Usual reason: a new version was deployed after this page was opened, and its files have other names. */
function Outdated({ title }: { title: string }) {
  return (
    <Page title={title}>
      <Empty title="This page could not be loaded.">
        <p>Mooring may have been updated. Reload to get the current version.</p>
        <Button kind="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </Empty>
    </Page>
  );
}
