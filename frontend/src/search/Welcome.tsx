import type { SearchPage } from "../api/shapes";
import { categoryTree } from "../state/categories";
import { Link } from "../state/Link";
import { EMPTY, searchPath } from "../state/request";
import { counted } from "../text/format";

const DEPARTMENTS = 12;

/** The front of the shop: its departments. */
export function Welcome({ page }: { page: SearchPage | undefined }) {
  const values = page?.facets.find(({ name }) => name === "category")?.values ?? [];
  const departments = categoryTree(values).slice(0, DEPARTMENTS);
  if (page !== undefined && departments.length === 0) return null;
  return (
    <section className="welcome" aria-labelledby="welcome-title">
      <div>
        <p id="welcome-title" className="welcome-title">Say what you need, in your own words.</p>
        <p className="welcome-hint">A price, a brand, a colour, something it must not be: put it all in one box.</p>
      </div>
      <nav aria-label="Departments">
        <ul className="departments">
          {departments.map(({ path, name, count }) => (
            <li key={path}>
              <Link to={searchPath({ ...EMPTY, category: [path] })}>
                {name} <span className="sr-only">, {counted(count, "product")}</span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </section>
  );
}
