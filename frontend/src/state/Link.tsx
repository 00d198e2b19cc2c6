import type { ComponentProps, MouseEvent } from "react";
import { useSession } from "./context";

interface LinkProps extends Omit<ComponentProps<"a">, "href"> {
  to: string;
  overlay?: boolean;
}

const plain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** A real link, followed without loading the page anew. */
export function Link({ to, overlay = false, onClick, children, ...rest }: LinkProps) {
  const { go } = useSession();
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        if (!plain(event)) return;
        event.preventDefault();
        go(to, { overlay });
      }}
    >
      {children}
    </a>
  );
}
