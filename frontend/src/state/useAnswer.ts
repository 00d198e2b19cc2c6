import { useCallback, useEffect, useState } from "react";
import { failureFrom } from "../api/client";
import type { Failure } from "../api/failure";

interface Answer<Value> {
  value: Value | null;
  failure: Failure | null;
  retry: () => void;
}

/** One answer for one key, asked for when first shown. `ask` must be stable for a key. */
export function useAnswer<Value>(key: string, ask: (signal: AbortSignal) => Promise<Value>): Answer<Value> {
  const [answer, setAnswer] = useState<{ key: string; value: Value | null; failure: Failure | null } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const current = answer?.key === key ? answer : null;

  useEffect(() => {
    const stale = new AbortController();
    ask(stale.signal).then(
      (value) => { setAnswer({ key, value, failure: null }); },
      (error: unknown) => {
        if (!stale.signal.aborted) setAnswer({ key, value: null, failure: failureFrom(error) });
      },
    );
    return () => { stale.abort(); };
  }, [key, ask, attempt]);

  const retry = useCallback(() => {
    setAnswer(null);
    setAttempt((count) => count + 1);
  }, []);
  return { value: current?.value ?? null, failure: current?.failure ?? null, retry };
}
