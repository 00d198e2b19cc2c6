import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { failureFrom, search } from "../api/client";
import type { Failure } from "../api/failure";
import type { Result, SearchPage } from "../api/shapes";

/** What is known of one request: its pages so far, or why there are none. */
interface Entry {
  readonly pages: readonly SearchPage[];
  readonly failure: Failure | null;
  readonly more: "idle" | "loading" | Failure;
}

type Entries = ReadonlyMap<string, Entry>;
type Action =
  | { type: "loaded"; key: string; page: SearchPage }
  | { type: "failed"; key: string; failure: Failure }
  | { type: "more"; key: string; more: Entry["more"] }
  | { type: "forget"; key: string };

const KEPT = 30; // requests remembered, so that back and forward show at once what was there
const NOTHING: Entry = { pages: [], failure: null, more: "idle" };

function next(entry: Entry, action: Exclude<Action, { type: "forget" }>): Entry {
  if (action.type === "loaded") return { pages: [...entry.pages, action.page], failure: null, more: "idle" };
  if (action.type === "failed") return { ...entry, failure: action.failure };
  return { ...entry, more: action.more };
}

function reduce(entries: Entries, action: Action): Entries {
  const kept = [...entries].filter(([key]) => key !== action.key).slice(-KEPT);
  if (action.type === "forget") return new Map(kept);
  return new Map([...kept, [action.key, next(entries.get(action.key) ?? NOTHING, action)]]);
}

/** Pages joined; a product that moved between pages under an update is shown once. */
function joined(pages: readonly SearchPage[]): Result[] {
  const seen = new Set<string>();
  return pages.flatMap((page) => page.results).filter(({ product_id: id }) => !seen.has(id) && seen.add(id));
}

export interface Search {
  /** The first page's answer, and all results so far; of the request before while `waiting`. */
  shown: { key: string; page: SearchPage; results: Result[]; cursor: string | null } | null;
  waiting: boolean;
  failure: Failure | null;
  more: Entry["more"];
  retry: () => void;
  loadMore: () => void;
}

/** The results for `key`, an address's query. Requests that went stale are aborted. `enabled` is false off the page. */
export function useSearch(key: string, enabled: boolean): Search {
  const [entries, dispatch] = useReducer(reduce, new Map<string, Entry>());
  const [shownKey, setShownKey] = useState(key);
  const paging = useRef<AbortController | null>(null);
  const entry = entries.get(key) ?? NOTHING;
  const missing = entry.pages.length === 0 && entry.failure === null;
  if (entry.pages.length > 0 && shownKey !== key) setShownKey(key);

  useEffect(() => {
    if (!missing || !enabled) return;
    const stale = new AbortController();
    search(new URLSearchParams(key), null, stale.signal).then(
      (page) => { dispatch({ type: "loaded", key, page }); },
      (error: unknown) => {
        if (!stale.signal.aborted) dispatch({ type: "failed", key, failure: failureFrom(error) });
      },
    );
    return () => { stale.abort(); };
  }, [key, missing, enabled]);

  const cursor = entry.pages.at(-1)?.cursor ?? null;
  const loadMore = (): void => {
    if (cursor === null) return;
    paging.current?.abort();
    const stale = (paging.current = new AbortController());
    dispatch({ type: "more", key, more: "loading" });
    search(new URLSearchParams(key), cursor, stale.signal).then(
      (page) => { dispatch({ type: "loaded", key, page }); },
      (error: unknown) => {
        dispatch({ type: "more", key, more: stale.signal.aborted ? "idle" : failureFrom(error) });
      },
    );
  };
  const retry = useCallback(() => { dispatch({ type: "forget", key }); }, [key]);

  const visible = entry.pages.length > 0 ? entry : (entries.get(shownKey) ?? NOTHING);
  const page = visible.pages[0];
  const results = useMemo(() => joined(visible.pages), [visible.pages]);
  const shown = page && { key: shownKey, page, results, cursor };
  return { shown: shown ?? null, waiting: missing, failure: entry.failure, more: entry.more, retry, loadMore };
}
