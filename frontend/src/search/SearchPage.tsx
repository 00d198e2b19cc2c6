import { useState } from "react";
import { SORTS, type Chip, type SearchPage as Page, type Sort } from "../api/shapes";
import { choices, ignoringAll, inEffect } from "../state/choices";
import { useSession } from "../state/context";
import { searchPath, toParams } from "../state/request";
import { useMedia } from "../state/useMedia";
import type { Search } from "../state/useSearch";
import { counted } from "../text/format";
import { Chips } from "./Chips";
import { Empty } from "./Empty";
import { Facets } from "./Facets";
import { Failed } from "./Failed";
import { Notices } from "./Notices";
import { Drawer } from "./Drawer";
import { Results } from "./Results";
import { Welcome } from "./Welcome";

const SORT_LABELS: Record<Sort, string> = {
  relevance: "Best match",
  price_asc: "Price, low to high",
  price_desc: "Price, high to low",
  rating: "Best rated",
  newest: "Newest",
  popularity: "Most popular",
};

function SortBy({ chips }: { chips: Chip[] }) {
  const { request, go } = useSession();
  return (
    <label className="sort">
      <span>Sort by</span>
      <select
        value={request.sort ?? chips.find(({ kind }) => kind === "sort")?.value ?? "relevance"}
        onChange={(event) => {
          const sort = event.target.value as Sort;
          const plain = ignoringAll(request, "sort", chips);
          go(searchPath({ ...plain, sort: sort === "relevance" ? null : sort }));
        }}
      >
        {SORTS.map((sort) => (
          <option key={sort} value={sort}>{SORT_LABELS[sort]}</option>
        ))}
      </select>
    </label>
  );
}

/** Announced politely once per answer. */
function Total({ search }: { search: Search }) {
  const { failure, waiting, shown } = search;
  const text = failure !== null || shown === null || waiting ? "" : counted(shown.page.total, "product");
  const visible = failure !== null ? "" : shown === null ? "Searching…" : counted(shown.page.total, "product");
  return (
    <>
      <p className="total" aria-hidden="true">{visible}</p>
      <p className="sr-only" role="status" aria-live="polite">{text}</p>
    </>
  );
}

const currencyOf = (page: Page | undefined): string => page?.results[0]?.currency ?? "USD";

interface NarrowingProps {
  page: Page | undefined;
  chips: Chip[];
  currency: string;
  failed: boolean;
}

const BONES = Array.from({ length: 9 }, (_, index) => <span key={index} className="bone" />);

function Narrowing({ page, chips, currency, failed }: NarrowingProps) {
  const [open, setOpen] = useState(false);
  const { request } = useSession();
  const wide = useMedia("(min-width: 900px)");
  const facets = page && <Facets facets={page.facets} chips={chips} currency={currency} />;
  if (wide) {
    return (
      <section className="aside" aria-label="Filters">
        {facets ?? (!failed && <div className="aside-waiting" aria-hidden="true">{BONES}</div>)}
      </section>
    );
  }
  const count = choices(request, currency).length;
  return (
    <>
      <button type="button" className="button-quiet filters-button" aria-haspopup="dialog" onClick={() => { setOpen(true); }}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h16M7 12h10M10 17h4" /></svg>
        Filters{count > 0 && <span className="badge">{count}</span>}
      </button>
      {open && (
        <Drawer total={page?.total ?? 0} close={() => { setOpen(false); }}>{facets}</Drawer>
      )}
    </>
  );
}

/** The results for what was asked, and everything to make them better. */
export function SearchPage({ search }: { search: Search }) {
  const { request } = useSession();
  const browsing = request.q === "";
  const untouched = toParams({ ...request, sort: null }).toString() === "";
  const { shown, failure } = search;
  const page = failure === null ? shown?.page : undefined;
  const currency = currencyOf(shown?.page);
  const chips = inEffect(request, page?.understood.chips ?? []);
  const title = !browsing ? request.q : choices(request, currency).length === 0 ? "Everything" : "Browse";
  return (
    <main className="page">
      {untouched && <Welcome page={page} />}
      <div className={search.waiting && shown !== null ? "columns columns-waiting" : "columns"}>
        <div className="head">
          <h1 dir="auto" className={browsing ? "head-title" : "head-title head-query"}>{title}</h1>
          <Total search={search} />
        </div>
        <Narrowing page={page} chips={chips} currency={currency} failed={failure !== null} />
        <SortBy chips={chips} />
        <div className="main" id="results" tabIndex={-1}>
          {page && <Notices page={page} />}
          {page && <Chips understood={chips} currency={currency} />}
          {failure !== null ? (
            <Failed failure={failure} retry={search.retry} />
          ) : page?.total === 0 ? (
            <Empty page={page} currency={currency} />
          ) : (
            <Results search={search} browsing={browsing} />
          )}
        </div>
      </div>
    </main>
  );
}
