import { useEffect, useMemo, useState } from "react";
import { browserTracker, createObserver } from "./events/browser";
import { TelemetryContext } from "./events/context";
import { ProductDialog } from "./product/ProductDialog";
import { ProductView } from "./product/ProductView";
import { SearchBox } from "./search/SearchBox";
import { SearchPage } from "./search/SearchPage";
import { SessionContext } from "./state/context";
import { Link } from "./state/Link";
import { leaveOverlay, useLocation } from "./state/location";
import { EMPTY, parseRequest, searchPath, toParams } from "./state/request";
import { useSearch, type Search } from "./state/useSearch";

const PRODUCT = /^\/p\/([^/]+)\/?$/;

function productIn(path: string): string | null {
  const id = PRODUCT.exec(path)?.[1];
  if (id === undefined) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function Header() {
  return (
    <header className="header">
      <div className="header-inner">
        <Link to={searchPath(EMPTY)} className="wordmark" aria-label="Aisle, to the front of the shop">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <path d="M9 25V11a7 7 0 0 1 14 0v14M9 17.5h14" />
          </svg>
          <span>aisle</span>
        </Link>
        <SearchBox />
      </div>
    </header>
  );
}

function Footer() {
  return (
    <footer className="footer">
      <p>Every result can say why it is there.</p>
      <a href="/docs">For developers</a>
    </footer>
  );
}

/** A product found by its own address. */
function ProductPage({ id, back }: { id: string; back: string }) {
  return (
    <main className="product-page">
      <Link to={back} className="back">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M15 6l-6 6 6 6" /></svg>
        {back === "/" ? "To the shop" : "Back to the results"}
      </Link>
      <ProductView id={id} seed={null} titleId="product-title" />
    </main>
  );
}

const seedIn = (search: Search, id: string | null) => search.shown?.results.find((one) => one.product_id === id) ?? null;

export function App() {
  const [place, go] = useLocation();
  const [telemetry] = useState(() => {
    const tracker = browserTracker();
    return { track: tracker.track, observe: createObserver(tracker) };
  });
  const request = useMemo(() => parseRequest(place.params), [place]);
  const product = productIn(place.path);
  const alone = product !== null && place.overlay === 0;
  const session = useMemo(() => ({ request, go, alone }), [request, go, alone]);
  const search = useSearch(toParams(request).toString(), !alone);
  const { track } = telemetry;

  useEffect(() => {
    if (product === null) return;
    const source = alone ? "direct" : "search";
    const query = request.q === "" ? null : request.q;
    track({ product_id: product, event_type: "view", source, query, position: null, score: null, request_id: null });
  }, [product, alone, request.q, track]);
  useEffect(() => {
    document.title = request.q === "" ? "Aisle" : `${request.q} · Aisle`;
  }, [request.q]);

  return (
    <SessionContext value={session}>
      <TelemetryContext value={telemetry}>
        <a className="skip" href="#results">Skip to the results</a>
        <Header />
        {alone ? <ProductPage id={product} back={searchPath(request)} /> : <SearchPage search={search} />}
        {product !== null && !alone && (
          <ProductDialog id={product} seed={seedIn(search, product)} close={leaveOverlay} />
        )}
        <Footer />
      </TelemetryContext>
    </SessionContext>
  );
}
