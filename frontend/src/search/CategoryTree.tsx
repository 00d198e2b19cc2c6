import { useState } from "react";
import type { Chip, Facet } from "../api/shapes";
import { categoryTree, type CategoryNode } from "../state/categories";
import { ticked, toggleTicked } from "../state/choices";
import { useSession } from "../state/context";
import { searchPath } from "../state/request";
import { More, Tick } from "./Facets";

const FIRST = 8;

interface BranchProps {
  node: CategoryNode;
  facet: Facet;
  chips: Chip[];
  only: boolean; // the only one of its level: opened, since there is nothing to choose here
}

function Branch({ node, facet, chips, only }: BranchProps) {
  const { request, go } = useSession();
  const isTicked = (one: CategoryNode): boolean => ticked(request, "category", { ...one, value: one.path }, chips);
  const within = (one: CategoryNode): boolean => isTicked(one) || one.children.some(within);
  const [wish, setWish] = useState<boolean | null>(null);
  const open = wish ?? (only || within(node));
  return (
    <li>
      <div className="branch">
        <Tick
          label={node.name}
          count={node.count}
          checked={isTicked(node)}
          change={() => { go(searchPath(toggleTicked(request, facet, { ...node, value: node.path }, chips))); }}
        />
        {node.children.length > 0 && (
          <button
            type="button"
            className="branch-open"
            aria-expanded={open}
            aria-label={`Within ${node.name}`}
            onClick={() => { setWish(!open); }}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 6l6 6-6 6" /></svg>
          </button>
        )}
      </div>
      {open && node.children.length > 0 && (
        <ul>
          {node.children.map((child) => (
            <Branch key={child.path} node={child} facet={facet} chips={chips} only={node.children.length === 1} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** Departments, opened as far as something in them is chosen. */
export function CategoryTree({ facet, chips }: { facet: Facet; chips: Chip[] }) {
  const [open, setOpen] = useState(false);
  const roots = categoryTree(facet.values);
  const shown = open ? roots : roots.slice(0, FIRST);
  return (
    <>
      <ul className="tree">
        {shown.map((node) => (
          <Branch key={node.path} node={node} facet={facet} chips={chips} only={roots.length === 1} />
        ))}
      </ul>
      {roots.length > FIRST && <More open={open} hidden={roots.length - FIRST} change={() => { setOpen(!open); }} />}
    </>
  );
}
