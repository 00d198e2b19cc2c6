import type { SearchPage } from "../api/shapes";
import { asked } from "../state/choices";
import { useSession } from "../state/context";
import { Link } from "../state/Link";
import { searchPath } from "../state/request";

const DEGRADED: Record<string, string> = {
  semantic: "Matching by meaning is resting; these match your words.",
  index: "The fast index is resting; this may take a little longer.",
};
const DEGRADED_OTHERWISE = "A part of the search is resting; some results may be missing.";

/** What the search did with the question beyond taking it literally. */
export function Notices({ page }: { page: SearchPage }) {
  const { request } = useSession();
  const { understood, did_you_mean: meant, relaxed, degraded } = page;
  const resting = new Set(degraded.map((part) => DEGRADED[part] ?? DEGRADED_OTHERWISE));
  return (
    <>
      {understood.corrected !== null && (
        <p className="spelling">
          Showing results for <strong>{understood.corrected}</strong>.{" "}
          <span className="spelling-instead">
            Search instead for{" "}
            <Link to={searchPath({ ...request, off: [...new Set([...request.off, "spelling"])] })}>{understood.query}</Link>
          </span>
        </p>
      )}
      {meant !== null && meant !== understood.corrected && (
        <p className="spelling">
          Did you mean <Link to={searchPath(asked(meant))}>{meant}</Link>?
        </p>
      )}
      {relaxed.map(({ step, message }) => (
        <p key={step} className="notice">{message}</p>
      ))}
      {[...resting].map((message) => (
        <p key={message} className="notice notice-resting">{message}</p>
      ))}
    </>
  );
}
