import { useEffect, useState } from "react";
import type { Failure } from "../api/failure";

interface FailedProps {
  failure: Failure;
  retry: () => void;
}

/** Counts down, then tries again by itself. */
function Busy({ seconds, retry }: { seconds: number; retry: () => void }) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (left <= 0) {
      retry();
      return undefined;
    }
    const timer = setTimeout(() => { setLeft(left - 1); }, 1000);
    return () => { clearTimeout(timer); };
  }, [left, retry]);
  return (
    <>
      <h2>One moment, please</h2>
      <p>
        Many searches came from here in a short time. We try again{" "}
        <span role="timer" aria-live="off">in {Math.max(0, left)} s</span>.
      </p>
    </>
  );
}

function Offline({ retry }: { retry: () => void }) {
  useEffect(() => {
    window.addEventListener("online", retry);
    return () => { window.removeEventListener("online", retry); };
  }, [retry]);
  return (
    <>
      <h2>The shop cannot be reached</h2>
      <p>Check your connection. We try again as soon as you are back online.</p>
    </>
  );
}

function Words({ failure, retry }: FailedProps) {
  if (failure.kind === "offline") return <Offline retry={retry} />;
  if (failure.kind === "busy") return <Busy seconds={failure.retryAfter} retry={retry} />;
  if (failure.kind === "request") {
    const missing = failure.status === 404;
    return (
      <>
        <h2>{missing ? "That is not here any more" : failure.title}</h2>
        {!missing && failure.detail !== null && <p>{failure.detail}</p>}
      </>
    );
  }
  return (
    <>
      <h2>Something went wrong on our side</h2>
      <p>It is not your search. Trying again often helps.</p>
      {failure.traceId !== null && (
        <p className="trace">
          Reference <code>{failure.traceId}</code>
        </p>
      )}
    </>
  );
}

/** Why there is nothing to show, and the way on. */
export function Failed({ failure, retry }: FailedProps) {
  return (
    <div className="failed" role="alert">
      <Words failure={failure} retry={retry} />
      {failure.kind !== "request" && (
        <button type="button" className="button" onClick={retry}>Try again</button>
      )}
    </div>
  );
}
