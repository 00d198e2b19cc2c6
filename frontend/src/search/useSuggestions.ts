import { useEffect, useRef, useState } from "react";
import { suggest } from "../api/client";
import type { Suggestion } from "../api/shapes";

const PAUSE_MS = 90; // between keystrokes: shorter asks for what nobody waits to see
const KEPT = 100;

/** Suggestions for what is typed so far. Answers to older text are aborted, and never shown. */
export function useSuggestions(text: string, wanted: boolean): Suggestion[] {
  const [answer, setAnswer] = useState<{ text: string; suggestions: Suggestion[] }>({ text: "", suggestions: [] });
  const known = useRef(new Map<string, Suggestion[]>());
  const asked = text.trim();

  useEffect(() => {
    if (!wanted || asked === "") return undefined;
    const stale = new AbortController();
    const show = (suggestions: Suggestion[]): void => { setAnswer({ text: asked, suggestions }); };
    const cached = known.current.get(asked);
    const timer = setTimeout(
      () => {
        if (cached !== undefined) {
          show(cached);
          return;
        }
        suggest(asked, stale.signal).then(
          (suggestions) => {
            if (known.current.size >= KEPT) known.current.clear();
            known.current.set(asked, suggestions);
            show(suggestions);
          },
          () => { if (!stale.signal.aborted) show([]); }, // the box works without suggestions
        );
      },
      cached === undefined ? PAUSE_MS : 0,
    );
    return () => {
      clearTimeout(timer);
      stale.abort();
    };
  }, [asked, wanted]);

  // While the next answer is on its way the last one stays, so that the list does not flicker.
  return wanted && asked !== "" ? answer.suggestions : [];
}
