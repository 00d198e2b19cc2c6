import { useLayoutEffect, useRef } from "react";
import type { Result } from "../api/shapes";
import { ProductView } from "./ProductView";

interface ProductDialogProps {
  id: string;
  seed: Result | null;
  close: () => void;
}

/** A product over the results it was chosen from. The browser traps the focus and gives it back. */
export function ProductDialog({ id, seed, close }: ProductDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => { element?.close(); };
  }, []);
  useLayoutEffect(() => { dialog.current?.scrollTo({ top: 0 }); }, [id]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- the backdrop; Escape is the keyboard's way
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby="product-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="sheet-inner">
        <button type="button" className="icon-button sheet-close" aria-label="Close" onClick={close}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
        </button>
        <ProductView id={id} seed={seed} titleId="product-title" />
      </div>
    </dialog>
  );
}
