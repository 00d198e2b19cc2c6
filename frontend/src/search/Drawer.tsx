import { useLayoutEffect, useRef, type ReactNode } from "react";
import { counted } from "../text/format";

interface DrawerProps {
  total: number;
  close: () => void;
  children: ReactNode;
}

/** The filters on a small screen. */
export function Drawer({ total, close, children }: DrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => { element?.close(); };
  }, []);
  return (
    <dialog ref={dialog} className="drawer" aria-labelledby="drawer-title" onClose={close}>
      <header className="drawer-head">
        <h2 id="drawer-title">Filters</h2>
        <button type="button" className="icon-button" aria-label="Close filters" onClick={close}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
        </button>
      </header>
      <div className="drawer-body">{children}</div>
      <footer className="drawer-foot">
        <button type="button" className="button" onClick={close}>Show {counted(total, "product")}</button>
      </footer>
    </dialog>
  );
}
