import { SORTS, type Sort } from "../api/shapes";

/** Everything a shopper chose. It lives in the page's address, under the names that `GET /search` itself uses. */
export interface Request {
  readonly q: string;
  readonly brand: readonly string[];
  readonly category: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly priceMin: string;
  readonly priceMax: string;
  readonly ratingMin: string;
  readonly inStock: boolean;
  readonly sort: Sort | null;
  readonly ignore: readonly string[]; // understood chips taken away, as `kind:value`
  readonly off: readonly string[]; // rules switched off
}

export const EMPTY: Request = {
  q: "",
  brand: [],
  category: [],
  attributes: {},
  priceMin: "",
  priceMax: "",
  ratingMin: "",
  inStock: false,
  sort: null,
  ignore: [],
  off: [],
};

const ATTRIBUTE = "attr.";
const AMOUNT = /^\d{1,10}(\.\d{1,4})?$/;
const amount = (text: string | null): string => (text !== null && AMOUNT.test(text) ? text : "");
const distinct = (values: string[]): string[] => [...new Set(values.filter((value) => value !== ""))];

/** Read an address. What makes no sense in it is left out rather than sent on. */
export function parseRequest(params: URLSearchParams): Request {
  const attributes: Record<string, string[]> = {};
  for (const key of new Set(params.keys())) {
    if (!key.startsWith(ATTRIBUTE) || key === ATTRIBUTE) continue;
    const values = distinct(params.getAll(key));
    if (values.length > 0) attributes[key.slice(ATTRIBUTE.length)] = values;
  }
  return {
    q: params.get("q")?.trim() ?? "",
    brand: distinct(params.getAll("brand")),
    category: distinct(params.getAll("category")),
    attributes,
    priceMin: amount(params.get("price_min")),
    priceMax: amount(params.get("price_max")),
    ratingMin: amount(params.get("rating_min")),
    inStock: params.get("in_stock") === "true",
    sort: SORTS.find((sort) => sort === params.get("sort")) ?? null,
    ignore: distinct(params.getAll("ignore")),
    off: distinct(params.getAll("off")),
  };
}

/** Write an address; equal requests give equal addresses. */
export function toParams(request: Request): URLSearchParams {
  const params = new URLSearchParams();
  const set = (name: string, value: string): void => {
    if (value !== "") params.append(name, value);
  };
  const each = (name: string, values: readonly string[]): void => {
    for (const value of values) set(name, value);
  };
  set("q", request.q);
  each("category", request.category);
  each("brand", request.brand);
  for (const name of Object.keys(request.attributes).sort()) each(ATTRIBUTE + name, request.attributes[name] ?? []);
  set("price_min", request.priceMin);
  set("price_max", request.priceMax);
  set("rating_min", request.ratingMin);
  if (request.inStock) set("in_stock", "true");
  set("sort", request.sort ?? "");
  each("ignore", request.ignore);
  each("off", request.off);
  return params;
}

export function searchPath(request: Request): string {
  const query = toParams(request).toString();
  return query === "" ? "/" : `/?${query}`;
}

export function productPath(id: string, request: Request): string {
  const query = toParams(request).toString();
  return `/p/${encodeURIComponent(id)}${query === "" ? "" : `?${query}`}`;
}
