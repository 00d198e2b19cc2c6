import { useEffect, useRef } from "react";
import type { Search } from "../state/useSearch";
import { Card, CardSkeleton } from "../product/Card";
import { formatCount } from "../text/format";
import { Failed } from "./Failed";

const SKELETONS = 8;

export function Skeletons() {
  return (
    <ul className="grid" aria-hidden="true">
      {Array.from({ length: SKELETONS }, (_, index) => (
        <li key={index}><CardSkeleton /></li>
      ))}
    </ul>
  );
}

/** The next page is added below. The focus stays on the button, or goes to the first new product when that was the last page. */
function ShowMore({ search, total }: { search: Search; total: number }) {
  const count = search.shown?.results.length ?? 0;
  if (search.shown?.cursor == null || count >= total) return null;
  const loading = search.more === "loading";
  return (
    <div className="show-more">
      <p>
        {formatCount(count)} of {formatCount(total)} shown
      </p>
      {typeof search.more === "object" ? (
        <Failed failure={search.more} retry={search.loadMore} />
      ) : (
        <button type="button" className="button" aria-disabled={loading} onClick={() => { if (!loading) search.loadMore(); }}>
          {loading ? "Loading…" : "Show more"}
        </button>
      )}
    </div>
  );
}

export function Results({ search, browsing }: { search: Search; browsing: boolean }) {
  const grid = useRef<HTMLUListElement>(null);
  const before = useRef<{ key: string; count: number } | null>(null);
  const { shown } = search;
  const key = shown?.key ?? "";
  const count = shown?.results.length ?? 0;
  const last = shown?.cursor === null;

  useEffect(() => {
    const was = before.current;
    before.current = { key, count };
    if (was?.key !== key || was.count === 0 || count <= was.count || !last) return;
    grid.current?.children[was.count]?.querySelector("a")?.focus({ preventScroll: true });
  }, [key, count, last]);

  if (shown === null) return <Skeletons />;
  return (
    <>
      <ul ref={grid} className="grid" aria-busy={search.waiting}>
        {shown.results.map((result, index) => (
          <li key={result.product_id}>
            <Card
              result={result}
              position={index + 1}
              requestId={shown.page.request_id}
              source={browsing ? "browse" : "search"}
              explained
            />
          </li>
        ))}
      </ul>
      <ShowMore search={search} total={shown.page.total} />
    </>
  );
}
