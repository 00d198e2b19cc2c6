import { useId, useState, type ReactNode } from "react";
import type { Chip, Facet, FacetValue } from "../api/shapes";
import { chosen, toggleTicked } from "../state/choices";
import { useSession } from "../state/context";
import { searchPath } from "../state/request";
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

function Values({ facet, chips }: { facet: Facet; chips: Chip[] }) {
  const { request, go } = useSession();
  const [open, setOpen] = useState(false);
  const mine = chosen(request, facet.name);
  const ticked = (value: FacetValue): boolean => value.selected || mine.includes(value.value);
  const shown = facet.values.filter((value, index) => open || index < FIRST || ticked(value));
  const hidden = facet.values.length - shown.length;
  return (
    <>
      {shown.map((value) => (
        <Tick
          key={value.value}
          label={value.value}
          count={value.count}
          checked={ticked(value)}
          change={() => { go(searchPath(toggleTicked(request, facet, value.value, chips))); }}
        />
      ))}
      {(hidden > 0 || open) && <More open={open} hidden={hidden} change={() => { setOpen(!open); }} />}
    </>
  );
}

const RATINGS = ["4", "3", "2"];

function Ratings({ facet }: { facet: Facet }) {
  const { request, go } = useSession();
  const name = useId();
  const countOf = (rating: string): number | null =>
    facet.values.find(({ value }) => Number.parseFloat(value) === Number(rating))?.count ?? null;
  const tick = (rating: string, label: ReactNode): ReactNode => (
    <Tick
      key={rating}
      type="radio"
      name={name}
      label={label}
      count={rating === "" ? null : countOf(rating)}
      checked={request.ratingMin === rating}
      change={() => { go(searchPath({ ...request, ratingMin: rating })); }}
    />
  );
  return [
    tick("", "Any rating"),
    ...RATINGS.map((rating) =>
      tick(
        rating,
        <>
          <span aria-hidden="true">{"★".repeat(Number(rating))} & up</span>
          <span className="sr-only">{rating} stars and up</span>
        </>,
      ),
    ),
  ];
}

function InStock({ facet }: { facet: Facet }) {
  const { request, go } = useSession();
  const count = facet.values.find(({ value }) => value.toLowerCase() === "true")?.count ?? null;
  const change = (): void => { go(searchPath({ ...request, inStock: !request.inStock })); };
  return <Tick label="In stock only" count={count} checked={request.inStock} change={change} />;
}

function body(facet: Facet, chips: Chip[], currency: string): ReactNode {
  if (facet.name === "category") return <CategoryTree facet={facet} chips={chips} />;
  if (facet.name === "price") return <PriceRange facet={facet} currency={currency} />;
  if (facet.name === "rating") return <Ratings facet={facet} />;
  if (facet.name === "in_stock") return <InStock facet={facet} />;
  return facet.kind === "values" ? <Values facet={facet} chips={chips} /> : null;
}

const telling = (facet: Facet): boolean => facet.kind === "range" || facet.values.length > 0;

/** The ways to narrow the results. */
export function Facets({ facets, chips, currency }: { facets: Facet[]; chips: Chip[]; currency: string }) {
  return facets.filter(telling).map((facet) => {
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
