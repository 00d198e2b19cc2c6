"""A drawing of a product where the shop has no photograph: pure, deterministic, safe for any text."""

from core.catalog import Product


def picture(product: Product) -> str:
    """An SVG of the product."""
    hue = sum(product.category_path.encode()) % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240">'
        f'<rect width="240" height="240" fill="hsl({hue} 40% 92%)"/><rect x="70" y="70" width="100" height="110" rx="10" '
        f'fill="hsl({hue} 45% 55%)"/></svg>'
    )
