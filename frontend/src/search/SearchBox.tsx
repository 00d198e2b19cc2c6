import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import type { Suggestion } from "../api/shapes";
import { useTelemetry } from "../events/context";
import { CATEGORY_SEPARATOR } from "../state/categories";
import { asked } from "../state/choices";
import { useSession } from "../state/context";
import { EMPTY, productPath, searchPath } from "../state/request";
import { counted } from "../text/format";
import { Marked } from "../text/Marked";
import { useSuggestions } from "./useSuggestions";

const KINDS: Record<Suggestion["kind"], string> = { query: "", product: "Product", brand: "Brand", category: "Category" };

const ICONS: Record<Suggestion["kind"], string> = {
  query: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  product: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  brand: "M4 4h8l8 8-8 8-8-8zM8.5 8.5h.01",
  category: "M4 5h16M4 12h10M4 19h6",
};

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `/` puts the cursor in the box, as in many a place on the web. */
function useSlash(focus: () => void): void {
  useEffect(() => {
    const pressed = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      focus();
    };
    document.addEventListener("keydown", pressed);
    return () => { document.removeEventListener("keydown", pressed); };
  }, [focus]);
}

interface OptionProps {
  id: string;
  suggestion: Suggestion;
  active: boolean;
  choose: () => void;
}

function Option({ id, suggestion, active, choose }: OptionProps) {
  const { text, kind, highlight } = suggestion;
  const path = kind === "category" ? text.split(CATEGORY_SEPARATOR) : [text];
  return (
    <li
      id={id}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      className={active ? "option option-active" : "option"}
      onMouseDown={(event) => { event.preventDefault(); }} // the focus stays in the box
      onMouseUp={choose}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS[kind]} /></svg>
      <span className="option-text">
        {kind === "category" || highlight == null ? path.at(-1) : <Marked text={highlight} />}
      </span>
      <span className="option-kind">{path.length > 1 ? `in ${path.slice(0, -1).join(" › ")}` : KINDS[kind]}</span>
    </li>
  );
}

/** The search box: a combobox with a list (WAI-ARIA 1.2). */
export function SearchBox() {
  const { request, go, alone } = useSession();
  const { track } = useTelemetry();
  const [draft, setDraft] = useState(request.q);
  const [of, setOf] = useState(request.q); // the question the draft was started from
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const [focus] = useState(() => () => {
    input.current?.focus();
    input.current?.select();
  });
  const list = useId();
  const suggestions = useSuggestions(draft, open);
  const shown = open && suggestions.length > 0;
  const chosen = shown ? suggestions[active] : undefined;
  useSlash(focus);
  if (of !== request.q) {
    setOf(request.q);
    setDraft(request.q);
  }

  const shut = (): void => {
    setOpen(false);
    setActive(-1);
  };
  const submit = (q: string): void => {
    shut();
    setDraft(q);
    go(searchPath(asked(q)));
  };
  const choose = (suggestion: Suggestion, position: number): void => {
    const { kind, text, product_id: id } = suggestion;
    if (kind === "product" && id != null) {
      shut();
      const event_type = "click";
      track({ product_id: id, event_type, source: "suggest", query: draft, position, score: null, request_id: null });
      go(productPath(id, request), { overlay: !alone });
    } else if (kind === "category") {
      shut();
      setDraft("");
      go(searchPath({ ...EMPTY, category: [text] }));
    } else submit(text);
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return; // the keys belong to an input method
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const stops = suggestions.length + 1; // the box itself is one of them
      if (shown) setActive((current) => ((current + 1 + step + stops) % stops) - 1);
      setOpen(true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen !== undefined) choose(chosen, active + 1);
      else submit(draft);
    } else if (event.key === "Escape" && (shown || draft !== "")) {
      event.preventDefault();
      if (shown) shut();
      else setDraft("");
    }
  };

  return (
    <form
      role="search"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit(draft);
      }}
    >
      <svg className="search-icon" viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS.query} /></svg>
      <input
        ref={input}
        className="search-input"
        type="text"
        inputMode="search"
        enterKeyHint="search"
        role="combobox"
        aria-label="Search the shop"
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={chosen === undefined ? undefined : `${list}-${active}`}
        dir="auto"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={500}
        placeholder="What are you looking for?"
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={pressed}
        onBlur={shut}
      />
      {draft === "" ? (
        <kbd className="search-key" aria-hidden="true">/</kbd>
      ) : (
        <button
          type="button"
          className="icon-button search-clear"
          aria-label="Clear"
          onClick={() => {
            setDraft("");
            focus();
          }}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17" /></svg>
        </button>
      )}
      <button type="submit" className="search-submit">Search</button>
      <ul id={list} role="listbox" aria-label="Suggestions" className="options" hidden={!shown}>
        {shown &&
          suggestions.map((suggestion, index) => (
            <Option
              key={`${suggestion.kind} ${suggestion.product_id ?? suggestion.text}`}
              id={`${list}-${index}`}
              suggestion={suggestion}
              active={index === active}
              choose={() => { choose(suggestion, index + 1); }}
            />
          ))}
      </ul>
      <p className="sr-only" role="status">{shown ? counted(suggestions.length, "suggestion") : ""}</p>
    </form>
  );
}
