import type { SearchPage } from "../api/shapes";
import { choices, ignoring, unfiltered } from "../state/choices";
import { useSession } from "../state/context";
import { Link } from "../state/Link";
import { EMPTY, searchPath } from "../state/request";

/** An honest empty page, with what would most likely help. */
export function Empty({ page, currency }: { page: SearchPage; currency: string }) {
  const { request } = useSession();
  const chosen = choices(request, currency);
  const { chips } = page.understood;
  const meant = page.did_you_mean;
  return (
    <section className="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">
        {request.q === "" ? "Nothing fits these filters" : <>Nothing found for “{request.q}”</>}
      </h2>
      <ul>
        {meant !== null && (
          <li>
            Did you mean <Link to={searchPath({ ...request, q: meant })}>{meant}</Link>?
          </li>
        )}
        {chosen.map(({ key, label, without }) => (
          <li key={key}>
            <Link to={searchPath(without)}>Search without “{label}”</Link>
          </li>
        ))}
        {chips.map((chip) => (
          <li key={`${chip.kind}:${chip.value}`}>
            <Link to={searchPath(ignoring(request, chip))}>Search without “{chip.label}”</Link>
          </li>
        ))}
        {chosen.length > 1 && (
          <li>
            <Link to={searchPath(unfiltered(request))}>Clear all filters</Link>
          </li>
        )}
        <li>Use fewer or more general words: “lamp” rather than a model number.</li>
        <li>
          <Link to={searchPath(EMPTY)}>Look around the whole shop</Link>
        </li>
      </ul>
    </section>
  );
}
