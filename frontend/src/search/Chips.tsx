import type { Chip } from "../api/shapes";
import { choices, ignoring, unfiltered } from "../state/choices";
import { useSession } from "../state/context";
import { Link } from "../state/Link";
import { searchPath } from "../state/request";

function Cross() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M7 7l10 10M17 7L7 17" />
    </svg>
  );
}

/** What was understood and what was chosen, each with a way to take it back. */
export function Chips({ understood, currency }: { understood: Chip[]; currency: string }) {
  const { request, go } = useSession();
  const chosen = choices(request, currency);
  if (understood.length === 0 && chosen.length === 0) return null;
  return (
    <div className="chips">
      <ul aria-label="In effect">
        {understood.map((chip) => (
          <li key={`${chip.kind}:${chip.value}`}>
            <button
              type="button"
              className="chip chip-understood"
              title="Understood from your search"
              aria-label={`Remove ${chip.label}, understood from your search`}
              onClick={() => { go(searchPath(ignoring(request, chip))); }}
            >
              {chip.label} <Cross />
            </button>
          </li>
        ))}
        {chosen.map(({ key, label, without }) => (
          <li key={key}>
            <button type="button" className="chip" aria-label={`Remove ${label}`} onClick={() => { go(searchPath(without)); }}>
              {label} <Cross />
            </button>
          </li>
        ))}
      </ul>
      {chosen.length > 1 && (
        <Link to={searchPath(unfiltered(request))} className="chips-clear">Clear filters</Link>
      )}
    </div>
  );
}
