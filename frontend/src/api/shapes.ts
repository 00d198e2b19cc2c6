/** What the API answers, as it stands on the wire. Money is a decimal string; `null` means unknown. */

export const SORTS = ["relevance", "price_asc", "price_desc", "rating", "newest", "popularity"] as const;
export type Sort = (typeof SORTS)[number];

export interface Product {
  id: string;
  title: string;
  description: string;
  brand: string | null;
  category: string[];
  price: string | null;
  currency: string;
  attributes: Record<string, string[]>;
  images: string[];
  rating: number | null;
  rating_count: number;
  stock: number | null;
}

export interface Weights {
  search: number;
  cf: number;
  popularity: number;
  freshness: number;
}

export interface Breakdown extends Weights {
  keyword: number;
  semantic: number;
}

export interface Result extends Omit<Product, "id"> {
  product_id: string;
  score: number;
  breakdown: Breakdown;
  weights: Weights;
  highlights: { title?: string; description?: string };
  reason?: string | null;
}

export interface FacetValue {
  value: string;
  count: number;
  selected: boolean;
}

/** `name` is `brand`, `category`, `price`, `rating`, `in_stock` or `attributes.<name>`. */
export interface Facet {
  name: string;
  label: string;
  kind: "values" | "range";
  values: FacetValue[];
  min: string | number | null;
  max: string | number | null;
}

export interface Chip {
  kind: string;
  label: string;
  value: string;
}

export interface Understood {
  query: string;
  corrected: string | null;
  sort: Sort | null;
  chips: Chip[];
}

export interface SearchPage {
  results: Result[];
  facets: Facet[];
  total: number;
  cursor: string | null;
  understood: Understood;
  relaxed: { step: string; message: string }[];
  did_you_mean: string | null;
  request_id: string;
  degraded: string[];
}

export interface SimilarPage {
  results: Result[];
  request_id: string;
}

export interface Suggestion {
  text: string;
  kind: "query" | "product" | "brand" | "category";
  product_id?: string | null;
  highlight?: string | null;
}

export interface Explanation {
  product_id: string;
  found: boolean;
  position: number | null;
  reasons: string[];
}
