/** A crude stand-in for the search: only good enough that the page can be worked on. */
import { products } from "./catalogue.mjs";

const SEP = " > ";
const WEIGHTS = { search: 0.4, cf: 0.3, popularity: 0.2, freshness: 0.1 };
const TYPOS = { hedphones: "headphones", headphnes: "headphones", ketle: "kettle", bakpack: "backpack" };
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const round = (value) => Math.round(value * 1e4) / 1e4;
const haystack = (p) => `${p.title} ${p.brand} ${p.category.join(" ")} ${Object.values(p.attributes).flat().join(" ")}`.toLowerCase();

function understand(q, ignore, off) {
  const chips = [];
  const constraints = [];
  let text = q.toLowerCase().trim();
  const add = (kind, label, value, keep) => {
    if (ignore.has(`${kind}:${value}`)) return false;
    chips.push({ kind, label, value });
    constraints.push(keep);
    return true;
  };
  const under = /\bunder \$?(\d+)/.exec(text);
  if (under && add("price", `Under $${under[1]}`, `..${under[1]}`, (p) => p.price !== null && Number(p.price) <= Number(under[1]))) text = text.replace(under[0], "");
  for (const brand of new Set(products.map((p) => p.brand))) {
    if (text.includes(brand.toLowerCase()) && add("brand", `Brand: ${brand}`, brand, (p) => p.brand === brand)) text = text.replace(brand.toLowerCase(), "");
  }
  const words = text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const fixed = words.map((word) => (off.has("spelling") ? word : (TYPOS[word] ?? word)));
  const corrected = fixed.join(" ") === words.join(" ") ? null : fixed.join(" ");
  return { chips, constraints, words: fixed, corrected };
}

const FACETS = [
  { name: "category", label: "Category", values: (p) => p.category.map((_, i) => p.category.slice(0, i + 1).join(SEP)) },
  { name: "brand", label: "Brand", values: (p) => [p.brand] },
  { name: "price", label: "Price", kind: "range" },
  { name: "rating", label: "Rating", values: (p) => ["4", "3", "2"].filter((least) => (p.rating ?? 0) >= Number(least)) },
  { name: "in_stock", label: "In stock", values: (p) => [String(p.stock !== 0)] },
  ...["color", "connectivity", "material", "size", "waterproof"].map((name) => ({ name: `attributes.${name}`, label: name, values: (p) => p.attributes[name] ?? [] })),
];

function filtersOf(params) {
  const filters = {};
  const set = (name, values, keep) => { if (values.length > 0) filters[name] = { values, keep }; };
  const brand = params.getAll("brand");
  const category = params.getAll("category");
  set("brand", brand, (p) => brand.includes(p.brand));
  set("category", category, (p) => category.some((path) => `${p.category.join(SEP)}${SEP}`.startsWith(path + SEP)));
  for (const key of new Set(params.keys())) {
    if (!key.startsWith("attr.")) continue;
    const values = params.getAll(key);
    set(`attributes.${key.slice(5)}`, values, (p) => (p.attributes[key.slice(5)] ?? []).some((value) => values.includes(value)));
  }
  const [least, most] = [params.get("price_min"), params.get("price_max")];
  if (least || most) set("price", ["x"], (p) => p.price !== null && Number(p.price) >= Number(least ?? 0) && Number(p.price) <= Number(most ?? Infinity));
  const rating = params.get("rating_min");
  if (rating) set("rating", [rating], (p) => (p.rating ?? 0) >= Number(rating));
  if (params.get("in_stock") === "true") set("in_stock", ["true"], (p) => p.stock !== 0);
  return filters;
}

const passes = (p, filters, but) => Object.entries(filters).every(([name, { keep }]) => name === but || keep(p));

function facetsOf(matching, filters, chips) {
  return FACETS.map(({ name, label, kind = "values", values }) => {
    const among = matching.filter((p) => passes(p, filters, name));
    if (kind === "range") {
      const prices = among.map((p) => Number(p.price)).filter((price) => price > 0);
      return { name, label, kind, values: [], min: prices.length ? String(Math.min(...prices)) : null, max: prices.length ? String(Math.max(...prices)) : null };
    }
    const counts = new Map();
    for (const p of among) for (const value of values(p)) counts.set(value, (counts.get(value) ?? 0) + 1);
    const selected = (value) => (filters[name]?.values ?? []).includes(value) || chips.some((chip) => chip.kind === name && chip.value === value);
    const list = [...counts].map(([value, count]) => ({ value, count, selected: selected(value) })).sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
    return { name, label, kind, values: list, min: null, max: null };
  }).filter((facet) => facet.kind === "range" || facet.values.length > 0);
}

function highlight(title, words) {
  const known = words.filter((word) => word.length > 1).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (known.length === 0) return escape(title);
  return title.split(new RegExp(`(${known.join("|")})`, "gi")).map((piece, i) => (i % 2 ? `<mark>${escape(piece)}</mark>` : escape(piece))).join("");
}

function resultOf(p, words) {
  const { popularity, freshness, cf, id, ...fields } = p;
  const hits = words.filter((word) => haystack(p).includes(word)).length;
  const keyword = words.length ? hits / words.length : 0;
  const breakdown = { search: round(keyword * (0.7 + 0.3 * cf)), keyword: round(keyword), semantic: round(keyword * 0.82), cf: round(cf), popularity: round(popularity), freshness: round(freshness) };
  const score = Object.entries(WEIGHTS).reduce((sum, [part, weight]) => sum + weight * breakdown[part], 0);
  return { product_id: id, score: round(score), breakdown, weights: WEIGHTS, highlights: words.length ? { title: highlight(p.title, words) } : {}, reason: null, ...fields };
}

const ORDERS = {
  price_asc: (a, b) => Number(a.price ?? Infinity) - Number(b.price ?? Infinity),
  price_desc: (a, b) => Number(b.price ?? -1) - Number(a.price ?? -1),
  rating: (a, b) => (b.rating ?? 0) - (a.rating ?? 0),
  newest: (a, b) => b.breakdown.freshness - a.breakdown.freshness,
  popularity: (a, b) => b.breakdown.popularity - a.breakdown.popularity,
  relevance: (a, b) => b.score - a.score,
};

export function search(params) {
  const q = params.get("q") ?? "";
  const understood = understand(q, new Set(params.getAll("ignore")), new Set(params.getAll("off")));
  const { chips, constraints, words, corrected } = understood;
  const filters = filtersOf(params);
  const fits = (p) => constraints.every((keep) => keep(p));
  const has = (p, least) => words.filter((word) => haystack(p).includes(word)).length >= least;
  let matching = products.filter((p) => fits(p) && has(p, words.length));
  const relaxed = [];
  if (matching.length === 0 && words.length > 1) {
    matching = products.filter((p) => fits(p) && has(p, 1));
    if (matching.length) relaxed.push({ step: "any_words", message: "No product has all the words; showing those with most of them." });
  }
  const results = matching.filter((p) => passes(p, filters)).map((p) => resultOf(p, words));
  results.sort((a, b) => ORDERS[params.get("sort") ?? "relevance"](a, b) || a.product_id.localeCompare(b.product_id));
  const k = Number(params.get("k") ?? 24);
  const start = Number(params.get("cursor") ?? 0);
  return {
    results: results.slice(start, start + k),
    facets: facetsOf(matching, filters, chips),
    total: results.length,
    cursor: start + k < results.length ? String(start + k) : null,
    understood: { query: q, normalized: q.toLowerCase(), corrected, text: words.join(" "), query_class: "informational", filters: {}, exclude: {}, sort: null, synonyms: {}, chips, language: "en" },
    relaxed,
    did_you_mean: params.getAll("off").includes("spelling") && TYPOS[words[0]] ? TYPOS[words[0]] : null,
    request_id: `mock-${Date.now()}`,
    versions: { catalogue: "1", index: "mock", model: "none", weights: "default" },
    degraded: [],
  };
}

export function suggest(q) {
  const typed = q.toLowerCase().trim();
  const mark = (text) => {
    const at = text.toLowerCase().indexOf(typed);
    return at < 0 ? escape(text) : `${escape(text.slice(0, at))}<mark>${escape(text.slice(at, at + typed.length))}</mark>${escape(text.slice(at + typed.length))}`;
  };
  const of = (kind, texts) => [...new Set(texts)].filter((text) => text.toLowerCase().includes(typed)).map((text) => ({ text, kind, product_id: null, highlight: mark(text) }));
  const items = products.filter((p) => p.title.toLowerCase().includes(typed)).slice(0, 2);
  return [
    ...of("query", products.map((p) => p.category[2].toLowerCase())).slice(0, 4),
    ...of("brand", products.map((p) => p.brand)).slice(0, 2),
    ...of("category", products.map((p) => p.category.slice(0, 2).join(SEP))).slice(0, 2),
    ...items.map((p) => ({ text: p.title, kind: "product", product_id: p.id, highlight: mark(p.title) })),
  ];
}

export function explain(params) {
  const page = search(new URLSearchParams([...params].filter(([name]) => name !== "k" && name !== "cursor").concat([["k", "1000"]])));
  const index = page.results.findIndex((result) => result.product_id === params.get("product_id"));
  const reasons = index < 0 ? ["It does not have the words of this search."] : [`It stands at place ${index + 1} of ${page.total}.`, page.understood.text ? `Its title has “${page.understood.text}”.` : "Nothing was searched for: popular and new products come first."];
  return { product_id: params.get("product_id"), found: index >= 0, position: index < 0 ? null : index + 1, reasons, ...(page.results[index] ?? {}) };
}

export function product(id) {
  const found = products.find((p) => p.id === id);
  if (!found) return null;
  const { popularity: _p, freshness: _f, cf: _c, ...fields } = found;
  return fields;
}

export const similar = (id) => {
  const one = products.find((p) => p.id === id);
  return { request_id: `mock-${Date.now()}`, results: products.filter((p) => p.id !== id && p.category[2] === one?.category[2]).slice(0, 8).map((p) => resultOf(p, [])) };
};
