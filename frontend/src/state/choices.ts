import type { Chip, FacetValue } from "../api/shapes";
import { formatPrice } from "../text/format";
import { CATEGORY_SEPARATOR } from "./categories";
import { EMPTY, type Request } from "./request";

/** Pure steps from one request to the next. */

const ATTRIBUTE_FACET = "attributes.";

export const attributeOf = (facet: string): string | null =>
  facet.startsWith(ATTRIBUTE_FACET) ? facet.slice(ATTRIBUTE_FACET.length) : null;

const toggled = (values: readonly string[], value: string): string[] =>
  values.includes(value) ? values.filter((other) => other !== value) : [...values, value];

const related = (a: string, b: string): boolean =>
  a.startsWith(b + CATEGORY_SEPARATOR) || b.startsWith(a + CATEGORY_SEPARATOR);

/** Values chosen by hand in a facet. */
export function chosen(request: Request, facet: string): readonly string[] {
  if (facet === "brand") return request.brand;
  if (facet === "category") return request.category;
  return request.attributes[attributeOf(facet) ?? ""] ?? [];
}

/** Choose or un-choose a value. A category replaces those above and below it, which it would widen or be lost in. */
export function toggle(request: Request, facet: string, value: string): Request {
  if (facet === "brand") return { ...request, brand: toggled(request.brand, value) };
  if (facet === "category") {
    return { ...request, category: toggled(request.category, value).filter((other) => !related(other, value)) };
  }
  const name = attributeOf(facet);
  if (name === null) return request;
  const values = toggled(request.attributes[name] ?? [], value);
  const others = Object.entries(request.attributes).filter(([other]) => other !== name);
  return { ...request, attributes: Object.fromEntries(values.length > 0 ? [...others, [name, values]] : others) };
}

export const ignoring = (request: Request, chip: Pick<Chip, "kind" | "value">): Request => ({
  ...request,
  ignore: [...new Set([...request.ignore, `${chip.kind}:${chip.value}`])],
});

/** Take back every understood constraint of a kind: what is chosen by hand goes before it. */
export const ignoringAll = (request: Request, kind: string, chips: readonly Chip[]): Request =>
  chips.filter((chip) => chip.kind === kind).reduce(ignoring, request);

/** Lowest and highest price in effect, by hand or understood (`20..50`, either end open); `""` is no limit. */
export function priceLimits(request: Request, chips: readonly Chip[]): [string, string] {
  if (request.priceMin !== "" || request.priceMax !== "") return [request.priceMin, request.priceMax];
  const [low = "", high = ""] = chips.find(({ kind }) => kind === "price")?.value.split("..") ?? [];
  return [low, high];
}

/** Limit the price by hand. The wrong way round is put right. */
export function limitPrice(request: Request, low: string, high: string, chips: readonly Chip[]): Request {
  const crossed = low !== "" && high !== "" && Number(low) > Number(high);
  const [priceMin, priceMax] = crossed ? [high, low] : [low, high];
  return { ...ignoringAll(request, "price", chips), priceMin, priceMax };
}

/** The understood chip that stands behind a facet value which the shopper did not choose by hand. */
function chipBehind(facet: string, value: string, chips: readonly Chip[]): Chip | undefined {
  const name = attributeOf(facet);
  const kind = name === null ? facet : "attribute";
  const prefix = name === null ? "" : `${name}=`;
  const candidates = chips.filter((chip) => chip.kind === kind && chip.value.startsWith(prefix));
  // One chip may stand for several spellings of a value: then it is the only one of its kind.
  return candidates.find((chip) => chip.value === prefix + value) ?? (candidates.length === 1 ? candidates[0] : undefined);
}

/** What of a value is known to the sidebar. */
export type Choosable = Pick<FacetValue, "value" | "selected">;

export interface ChoosableFacet {
  name: string;
  values: readonly Choosable[];
}

/**
 * Whether a box is ticked: by hand, or by a chip that is still there. `selected` alone will not do, since it is of the
 * answer before while the next is on its way.
 */
export const ticked = (request: Request, facet: string, { value, selected }: Choosable, chips: readonly Chip[]): boolean =>
  chosen(request, facet).includes(value) || (selected && chipBehind(facet, value, chips) !== undefined);

/** Toggle by hand, or take an understood constraint back when that is what ticked the box. */
export function toggleTicked(request: Request, facet: ChoosableFacet, value: Choosable, chips: readonly Chip[]): Request {
  const { name, values } = facet;
  if (chosen(request, name).includes(value.value)) return toggle(request, name, value.value);
  const chip = chipBehind(name, value.value, chips);
  if (value.selected && chip !== undefined) return ignoring(request, chip);
  // A choice by hand goes before what was understood, so what was ticked has to be chosen by hand with it.
  const understood = values.filter((one) => ticked(request, name, one, chips) && !chosen(request, name).includes(one.value));
  return [...understood, value].reduce((before, one) => toggle(before, name, one.value), request);
}

/** Whether a choice by hand stands in for what was understood. */
function overruled(request: Request, { kind, value }: Chip): boolean {
  if (kind === "brand" || kind === "category") return request[kind].length > 0;
  if (kind === "attribute") return Object.keys(request.attributes).some((name) => value.startsWith(`${name}=`));
  if (kind === "rating") return request.ratingMin !== "";
  return kind === "sort" && request.sort !== null;
}

/** The chips in effect: neither taken away, perhaps a moment ago, nor overruled. */
export const inEffect = (request: Request, chips: readonly Chip[]): Chip[] =>
  chips.filter((chip) => !request.ignore.includes(`${chip.kind}:${chip.value}`) && !overruled(request, chip));

/** A new question starts afresh: filters and an order meant for the last one would hide what is asked now. */
export const asked = (q: string): Request => ({ ...EMPTY, q: q.trim() });

/** Something the shopper chose, with what to do to undo it. */
export interface Choice {
  key: string;
  label: string;
  without: Request;
}

const lastOf = (path: string): string => path.split(CATEGORY_SEPARATOR).at(-1) ?? path;

function priceLabel(min: string, max: string, currency: string): string {
  if (min !== "" && max !== "") return `${formatPrice(min, currency)} – ${formatPrice(max, currency)}`;
  return min === "" ? `Up to ${formatPrice(max, currency)}` : `From ${formatPrice(min, currency)}`;
}

/** The filters chosen by hand, in the order of the sidebar. */
export function choices(request: Request, currency: string): Choice[] {
  const of = (facet: string, values: readonly string[], label: (value: string) => string): Choice[] =>
    values.map((value) => ({ key: `${facet}:${value}`, label: label(value), without: toggle(request, facet, value) }));
  const found = [...of("category", request.category, lastOf), ...of("brand", request.brand, (value) => value)];
  for (const [name, values] of Object.entries(request.attributes)) {
    found.push(...of(ATTRIBUTE_FACET + name, values, (value) => `${name.replaceAll("_", " ")}: ${value}`));
  }
  const { priceMin, priceMax, ratingMin } = request;
  if (priceMin !== "" || priceMax !== "") {
    const label = priceLabel(priceMin, priceMax, currency);
    found.push({ key: "price", label, without: { ...request, priceMin: "", priceMax: "" } });
  }
  if (ratingMin !== "") {
    found.push({ key: "rating", label: `${ratingMin} stars & up`, without: { ...request, ratingMin: "" } });
  }
  if (request.inStock) found.push({ key: "in_stock", label: "In stock", without: { ...request, inStock: false } });
  return found;
}

/** The same question with nothing chosen by hand. */
export const unfiltered = (request: Request): Request => ({
  ...EMPTY,
  q: request.q,
  sort: request.sort,
  ignore: request.ignore,
  off: request.off,
});
