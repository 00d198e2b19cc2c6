import { useState } from "react";

interface PictureProps {
  src: string | undefined;
  alt: string;
  eager?: boolean;
}

/** A product's picture in a box of its own size: nothing moves when it comes, or does not. */
export function Picture({ src, alt, eager = false }: PictureProps) {
  const [broken, setBroken] = useState<string | null>(null);
  if (src === undefined || src === broken) {
    return (
      <span className="picture picture-none">
        <svg viewBox="0 0 48 48" aria-hidden="true">
          <path d="M10 14h28v22H10zM10 31l9-8 7 6 5-4 7 6M31 20.5h.01" />
        </svg>
      </span>
    );
  }
  return (
    <span className="picture">
      <img
        src={src}
        alt={alt}
        width="400"
        height="400"
        loading={eager ? "eager" : "lazy"}
        decoding="async"
        onError={() => { setBroken(src); }}
      />
    </span>
  );
}
