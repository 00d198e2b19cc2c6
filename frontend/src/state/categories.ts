import type { Facet } from "../api/shapes";

export const CATEGORY_SEPARATOR = " > ";

/** A category and those below it. */
export interface CategoryNode {
  path: string;
  name: string;
  count: number;
  selected: boolean;
  children: CategoryNode[];
}

/** Category paths with counts → a tree. A parent that was not counted itself counts what is below it. */
export function categoryTree(values: Facet["values"]): CategoryNode[] {
  const nodes = new Map<string, CategoryNode>();
  const roots: CategoryNode[] = [];
  const counted = new Set(values.map((value) => value.value));
  const nodeAt = (path: string): CategoryNode => {
    const known = nodes.get(path);
    if (known !== undefined) return known;
    const cut = path.lastIndexOf(CATEGORY_SEPARATOR);
    const name = cut < 0 ? path : path.slice(cut + CATEGORY_SEPARATOR.length);
    const node: CategoryNode = { path, name, count: 0, selected: false, children: [] };
    nodes.set(path, node);
    (cut < 0 ? roots : nodeAt(path.slice(0, cut)).children).push(node);
    return node;
  };
  for (const { value, count, selected } of values) Object.assign(nodeAt(value), { count, selected });
  const sum = (node: CategoryNode): number => {
    const below = node.children.map(sum).reduce((a, b) => a + b, 0);
    if (!counted.has(node.path)) node.count = below;
    return node.count;
  };
  roots.forEach(sum);
  return roots;
}
