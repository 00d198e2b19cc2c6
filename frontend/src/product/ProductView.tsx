import { useCallback, useEffect, useState } from "react";
import { product as fetchProduct, similar as fetchSimilar } from "../api/client";
import type { Product, Result } from "../api/shapes";
import { Failed } from "../search/Failed";
import { CATEGORY_SEPARATOR } from "../state/categories";
import { Link } from "../state/Link";
import { EMPTY, searchPath } from "../state/request";
import { useAnswer } from "../state/useAnswer";
import { labelOf } from "../text/format";
import { Card, CardSkeleton } from "./Card";
import { Price, Stars, Stock } from "./facts";
import { Picture } from "./Picture";

function Gallery({ product }: { product: Product }) {
  const [shown, setShown] = useState(0);
  const image = product.images[shown];
  return (
    <div className="gallery">
      <Picture src={image} alt={image === undefined ? "" : product.title} eager />
      {product.images.length > 1 && (
        <ul className="thumbs">
          {product.images.map((src, index) => (
            <li key={src}>
              <button
                type="button"
                aria-label={`Picture ${index + 1} of ${product.images.length}`}
                aria-pressed={index === shown}
                onClick={() => { setShown(index); }}
              >
                <Picture src={src} alt="" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Breadcrumb({ category }: { category: string[] }) {
  if (category.length === 0) return null;
  return (
    <nav aria-label="Category">
      <ol className="breadcrumb">
        {category.map((name, index) => {
          const path = category.slice(0, index + 1).join(CATEGORY_SEPARATOR);
          return (
            <li key={path}>
              <Link to={searchPath({ ...EMPTY, category: [path] })}>{name}</Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function Attributes({ product }: { product: Product }) {
  const rows = Object.entries(product.attributes).filter(([, values]) => values.length > 0);
  return (
    <dl className="attributes">
      {rows.map(([name, values]) => (
        <div key={name}>
          <dt>{labelOf(name)}</dt>
          <dd>{values.join(", ")}</dd>
        </div>
      ))}
      <div>
        <dt>Product number</dt>
        <dd>{product.id}</dd>
      </div>
    </dl>
  );
}

function Similar({ id }: { id: string }) {
  const ask = useCallback((signal: AbortSignal) => fetchSimilar(id, signal), [id]);
  const { value, failure } = useAnswer(id, ask);
  if (failure !== null || value?.results.length === 0) return null; // an extra: the page is whole without it
  return (
    <section className="similar" aria-labelledby="similar-title">
      <h2 id="similar-title">Similar products</h2>
      <ul className="strip">
        {value === null
          ? Array.from({ length: 4 }, (_, index) => <li key={index}><CardSkeleton /></li>)
          : value.results.slice(0, 12).map((result, index) => (
              <li key={result.product_id}>
                <Card result={result} position={index + 1} requestId={value.request_id} source="similar" />
              </li>
            ))}
      </ul>
    </section>
  );
}

const productOf = ({ product_id: id, ...rest }: Result): Product => ({ id, ...rest });

/** A product in full. `seed`, its result, shows at once while the record comes. */
export function ProductView({ id, seed, titleId }: { id: string; seed: Result | null; titleId: string }) {
  const ask = useCallback((signal: AbortSignal) => fetchProduct(id, signal), [id]);
  const { value, failure, retry } = useAnswer(id, ask);
  const product = value ?? (seed && productOf(seed));
  const title = product?.title;
  useEffect(() => {
    if (title === undefined) return undefined;
    const before = document.title;
    document.title = `${title} · Aisle`;
    return () => { document.title = before; };
  }, [title]);
  if (product === null) {
    return (
      <div className="product product-waiting">
        <h1 id={titleId} className="sr-only">Product</h1>
        {failure === null ? <CardSkeleton /> : <Failed failure={failure} retry={retry} />}
      </div>
    );
  }
  return (
    <div className="product">
      <Gallery product={product} />
      <div className="product-facts">
        <Breadcrumb category={product.category} />
        {product.brand !== null && <p className="card-brand">{product.brand}</p>}
        <h1 id={titleId} dir="auto">{product.title}</h1>
        {product.rating !== null && <Stars rating={product.rating} count={product.rating_count} />}
        <p className="product-price">
          <Price price={product.price} currency={product.currency} />
          <Stock stock={product.stock} />
        </p>
        {product.description !== "" && <p dir="auto" className="product-description">{product.description}</p>}
        <Attributes product={product} />
      </div>
      <Similar key={id} id={id} />
    </div>
  );
}
