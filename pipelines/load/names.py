"""The names that shops and their exporters give to columns. Data only; what is done with them is in `mapping`."""

NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        "id", "product_id", "productid", "item_id", "sku", "variant_sku", "product_sku", "asin", "item_number",
        "item_no", "article_number", "uniq_id", "product_code", "code", "external_id", "handle", "gtin", "ean",
        "upc",
    ),
    "title": (
        "title", "product_title", "product_name", "name", "item_name", "productname", "display_name", "label",
        "item_title", "heading",
    ),
    "description": (
        "description", "product_description", "body_html", "body", "long_description", "description_long",
        "desc", "details", "about", "overview", "short_description", "description_short", "summary",
    ),
    "brand": (
        "brand", "brand_name", "manufacturer", "vendor", "maker", "marke", "brand_label", "manufacturer_name",
        "producer",
    ),
    "category": (
        "category_path", "categories", "product_type", "category", "product_category",
        "google_product_category", "type", "category_name", "product_category_tree", "taxonomy",
        "category_tree", "department", "product_categories", "main_category", "breadcrumbs", "breadcrumb",
    ),
    "price": (
        "sale_price", "price", "variant_price", "current_price", "selling_price", "unit_price", "amount",
        "discounted_price", "final_price", "price_amount", "product_price", "regular_price", "retail_price",
        "list_price", "msrp", "preis",
    ),
    "currency": (
        "currency", "currency_code", "price_currency", "currency_iso",
    ),
    "images": (
        "image", "images", "image_link", "image_url", "image_urls", "img", "img_url", "image_src", "picture",
        "picture_url", "main_image", "primary_image", "photo", "additional_image_link",
        "additional_image_links", "imageurl", "product_image", "large_image", "variant_image",
    ),
    "fallback_images": (
        "image_high", "image_large", "high_res_image", "thumb", "thumbnail", "thumbnail_url", "small_image",
        "image_thumb",
    ),
    "rating": (
        "rating", "average_rating", "avg_rating", "stars", "review_rating", "rating_average", "customer_rating",
        "rating_value",
    ),
    "rating_count": (
        "rating_count", "review_count", "reviews_count", "rating_number", "number_of_reviews", "ratings_count",
        "num_reviews", "reviews", "number_of_ratings", "ratings",
    ),
    "stock": (
        "stock", "qty", "quantity", "inventory", "inventory_quantity", "variant_inventory_qty",
        "stock_quantity", "quantity_available", "on_hand", "available_quantity", "stock_level",
        "units_in_stock",
    ),
    "availability": (
        "availability", "in_stock", "available", "is_in_stock", "stock_status",
    ),
    "parent_id": (
        "parent_id", "item_group_id", "group_id", "parent_sku", "parent", "parent_asin",
    ),
    "locale": (
        "locale", "language", "lang", "content_language",
    ),
    "created_at": (
        "created_at", "created", "date_added", "date_released", "release_date", "created_on", "creation_date",
        "published_at", "available_since", "date_created", "launch_date",
    ),
    "updated_at": (
        "updated_at", "updated", "last_modified", "modified_at", "date_modified",
    ),
    "attributes": (
        "attributes", "attrs", "specs", "specifications", "properties", "product_details", "features_map",
        "product_detail",
    ),
    # What the shop pays is nobody's business, and an exporter's own switches describe no product.
    "drop": (
        "cost", "cost_price", "cost_per_item", "purchase_price", "wholesale_price", "margin",
        "variant_inventory_tracker", "variant_inventory_policy", "variant_fulfillment_service",
        "variant_requires_shipping", "variant_taxable", "variant_tax_code", "variant_grams", "gift_card",
        "seo_title", "seo_description", "image_position", "image_alt_text", "published", "status",
        "variant_weight_unit",
    ),
}  # fmt: skip
"""Field → column names that mean it, in snake case, the best first."""

WEAK = frozenset((
    "about", "amount", "available", "body", "code", "created", "department", "details", "ean", "features_map",
    "google_product_category", "gtin", "handle", "heading", "label", "parent", "quantity", "rating", "ratings",
    "reviews", "stars", "summary", "type", "upc", "updated",
))  # fmt: skip
"""Names that may mean something else: believed only when the values look right."""

SALE = frozenset({"sale_price", "discounted_price"})
"""Prices that hold now and then; the usual one stands behind them."""
