import { useId, useState, type ReactNode } from "react";
import type { Chip, Facet, FacetValue } from "../api/shapes";
import { ignoringAll, ticked, toggleTicked } from "../state/choices";
import { useSession } from "../state/context";
import { searchPath, type Request } from "../state/request";
import { formatCount, labelOf } from "../text/format";
import { CategoryTree } from "./CategoryTree";
import { PriceRange } from "./PriceRange";

const FIRST = 7;

interface TickProps {
  label: ReactNode;
  count: number | null;
  checked: boolean;
  change: () => void;
  type?: "checkbox" | "radio";
  name?: string;
}

export function Tick({ label, count, checked, change, type = "checkbox", name }: TickProps) {
  return (
    <label className={count === 0 && !checked ? "tick tick-none" : "tick"}>
      <input type={type} name={name} checked={checked} onChange={change} />
      <span className="tick-label">{label}</span>
      {count !== null && <span className="tick-count">{formatCount(count)}</span>}
    </label>
  );
}

export function More({ open, hidden, change }: { open: boolean; hidden: number; change: () => void }) {
  return (
    <button type="button" className="facet-more" aria-expanded={open} onClick={change}>
      {open ? "Show fewer" : `Show ${hidden} more`}
    </button>
  );
}

interface ValuesProps {
  facet: Facet;
  chips: Chip[];
}

function Values({ facet, chips }: ValuesProps) {
  const { request, go } = useSession();
  const [open, setOpen] = useState(false);
  const isTicked = (value: FacetValue): boolean => ticked(request, facet.name, value, chips);
  const shown = facet.values.filter((value, index) => open || index < FIRST || isTicked(value));
  const hidden = facet.values.length - shown.length;
  return (
    <>
      {shown.map((value) => (
        <Tick
          key={value.value}
          label={value.value}
          count={value.count}
          checked={isTicked(value)}
          change={() => { go(searchPath(toggleTicked(request, facet, value, chips))); }}
        />
      ))}
      {(hidden > 0 || open) && <More open={open} hidden={hidden} change={() => { setOpen(!open); }} />}
    </>
  );
}

const RATINGS = ["4", "3", "2"];

function Ratings({ facet, chips }: ValuesProps) {
  const { request, go } = useSession();
  const name = useId();
  const understood = chips.find(({ kind }) => kind === "rating")?.value ?? "";
  const least = request.ratingMin === "" ? understood : request.ratingMin;
  const countOf = (rating: string): number | null =>
    facet.values.find(({ value }) => Number.parseFloat(value) === Number(rating))?.count ?? null;
  const tick = (rating: string, label: ReactNode): ReactNode => (
    <Tick
      key={rating}
      type="radio"
      name={name}
      label={label}
      count={rating === "" ? null : countOf(rating)}
      checked={least === rating}
      change={() => { go(searchPath({ ...ignoringAll(request, "rating", chips), ratingMin: rating })); }}
    />
  );
  return [
    tick("", "Any rating"),
    ...RATINGS.map((rating) =>
      tick(
        rating,
        <>
          <span aria-hidden="true"><span className="tick-stars">{"★".repeat(Number(rating))}</span> & up</span>
          <span className="sr-only">{rating} stars and up</span>
        </>,
      ),
    ),
  ];
}

function InStock({ facet, chips }: ValuesProps) {
  const { request, go } = useSession();
  const available = facet.values.find(({ value }) => value === "true");
  const checked = request.inStock || chips.some(({ kind }) => kind === "stock");
  const change = (): void => { go(searchPath({ ...ignoringAll(request, "stock", chips), inStock: !checked })); };
  return <Tick label="In stock only" count={available?.count ?? null} checked={checked} change={change} />;
}

function body(facet: Facet, chips: Chip[], currency: string): ReactNode {
  if (facet.name === "category") return <CategoryTree facet={facet} chips={chips} />;
  if (facet.name === "price") return <PriceRange facet={facet} chips={chips} currency={currency} />;
  if (facet.name === "rating") return <Ratings facet={facet} chips={chips} />;
  if (facet.name === "in_stock") return <InStock facet={facet} chips={chips} />;
  return facet.kind === "values" ? <Values facet={facet} chips={chips} /> : null;
}

/** A range of no width narrows nothing, unless it is the shopper's own. */
const telling = (facet: Facet, request: Request): boolean =>
  facet.kind === "range"
    ? facet.min !== facet.max || request.priceMin !== "" || request.priceMax !== ""
    : facet.values.length > 0;

/** The ways to narrow the results. */
export function Facets({ facets, chips, currency }: { facets: Facet[]; chips: Chip[]; currency: string }) {
  const { request } = useSession();
  return facets.filter((facet) => telling(facet, request)).map((facet) => {
    const inside = body(facet, chips, currency);
    if (inside === null) return null;
    return (
      <fieldset key={facet.name} className="facet" data-facet={facet.name}>
        <legend>{labelOf(facet.label)}</legend>
        {inside}
      </fieldset>
    );
  });
}
