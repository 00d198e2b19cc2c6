import type { Product } from "../api/shapes";
import { counted, formatCount, formatPrice } from "../text/format";

type Facts = Pick<Product, "price" | "currency" | "rating" | "rating_count" | "stock">;

export function Price({ price, currency }: Pick<Facts, "price" | "currency">) {
  if (price === null) return <span className="price price-none">No price given</span>;
  return <span className="price">{formatPrice(price, currency)}</span>;
}

/** Stars filled to the tenth, with the same said in words. */
export function Stars({ rating, count }: { rating: number; count: number }) {
  const words = `${rating.toFixed(1)} out of 5 stars${count > 0 ? `, ${counted(count, "rating")}` : ""}`;
  return (
    <span className="rating">
      <span className="stars" role="img" aria-label={words}>
        <span className="stars-full" style={{ width: `${(rating / 5) * 100}%` }} />
      </span>
      {count > 0 && (
        <span className="rating-count" aria-hidden="true">
          {formatCount(count)}
        </span>
      )}
    </span>
  );
}

const FEW = 5;

/** Says nothing when stock is unknown. */
export function Stock({ stock }: Pick<Facts, "stock">) {
  if (stock === null) return null;
  if (stock === 0) return <span className="stock stock-out">Out of stock</span>;
  if (stock <= FEW) return <span className="stock stock-few">Only {stock} left</span>;
  return <span className="stock stock-in">In stock</span>;
}
