import { useMemo, useSyncExternalStore } from "react";

const MOVED = "aisle:moved";

function subscribe(changed: () => void): () => void {
  window.addEventListener("popstate", changed);
  window.addEventListener(MOVED, changed);
  return () => {
    window.removeEventListener("popstate", changed);
    window.removeEventListener(MOVED, changed);
  };
}

/** How many products lie over the results in this history entry: one opened from another counts both. */
function depth(): number {
  const state = window.history.state as { overlay?: unknown } | null;
  return typeof state?.overlay === "number" ? state.overlay : 0;
}

const snapshot = (): string => `${depth()} ${window.location.pathname}${window.location.search}`;

export interface Place {
  path: string;
  params: URLSearchParams;
  overlay: number; // products lying over the results
}

export type Go = (address: string, how?: { overlay?: boolean }) => void;

const move: Go = (address, how = {}) => {
  const overlay = how.overlay === true;
  window.history.pushState(overlay ? { overlay: depth() + 1 } : null, "", address);
  window.dispatchEvent(new Event(MOVED));
  if (!overlay) window.scrollTo({ top: 0 });
};

/** Back to the results that products lie over. */
export const leaveOverlay = (): void => {
  window.history.go(-depth());
};

/** Where the browser is, and how to go elsewhere. The address is the only state of a search. */
export function useLocation(): [Place, Go] {
  const current = useSyncExternalStore(subscribe, snapshot);
  const place = useMemo(() => {
    const [overlay = "0", address = "/"] = current.split(" ");
    const url = new URL(address, window.location.origin);
    return { path: url.pathname, params: url.searchParams, overlay: Number(overlay) };
  }, [current]);
  return [place, move];
}
