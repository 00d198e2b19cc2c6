-- The catalogue: products with the merchant's own text, further texts beside them.

-- Text search configuration of a locale; immutable, so that a generated column may use it.
create function text_config(locale text) returns regconfig language sql immutable parallel safe return
  case left(locale, 2)
    when 'da' then 'danish'::regconfig   when 'de' then 'german'::regconfig     when 'es' then 'spanish'::regconfig
    when 'fi' then 'finnish'::regconfig  when 'fr' then 'french'::regconfig     when 'it' then 'italian'::regconfig
    when 'nl' then 'dutch'::regconfig    when 'no' then 'norwegian'::regconfig  when 'pt' then 'portuguese'::regconfig
    when 'ru' then 'russian'::regconfig  when 'sv' then 'swedish'::regconfig    when 'en' then 'english'::regconfig
    else 'simple'::regconfig
  end;

create table products (
  id           text collate "C" primary key, -- "C": the order in which ties are broken everywhere
  parent_id    text,                         -- variants of one product share it
  title        text not null,
  description  text not null default '',
  brand        text,
  category     text[] not null default '{}', -- path, from the department down
  price        numeric check (price >= 0),   -- exact, with the merchant's decimals; null: unknown
  currency     char(3) not null default 'USD',
  attributes   jsonb not null default '{}',  -- name -> [values]
  images       text[] not null default '{}',
  rating       double precision,
  rating_count int not null default 0,
  stock        int check (stock >= 0),       -- null: unknown, counts as available
  locale       text not null default 'en',
  content_hash text not null,                -- of everything an embedding text may be made of
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  deleted_at   timestamptz,                  -- gone from the shop, kept for history
  document     tsvector generated always as (
    setweight(to_tsvector(text_config(locale), title), 'A') ||
    setweight(to_tsvector(text_config(locale), coalesce(brand, '')), 'B') ||
    setweight(to_tsvector(text_config(locale), description), 'C')
  ) stored
) with (fillfactor = 85); -- room on the page for a new price, so that no index need be touched
create index products_document on products using gin (document);
create index products_parent on products (parent_id) where parent_id is not null;

-- Translations, and texts that others wrote: generated descriptions, what reviews say.
create table product_texts (
  product_id  text collate "C" not null references products (id) on delete cascade,
  locale      text not null,
  origin      text not null check (origin in ('merchant', 'generated', 'review')),
  title       text,
  description text,
  updated_at  timestamptz not null,
  primary key (product_id, locale, origin)
);

-- Vectors by the hash of the text they were made from, so that nothing is embedded twice.
create table embeddings (
  model      text not null,
  hash       text not null,
  vector     bytea not null, -- float32, little endian
  created_at timestamptz not null default now(),
  primary key (model, hash)
);

-- How far a file has been loaded, so that a crash half-way resumes.
create table loads (
  source     text primary key, -- identity of the file: path, size, time, mapping
  position   bigint not null,  -- bytes or rows read, as the reader counts
  done       bigint not null,
  rejected   bigint not null,
  finished   boolean not null,
  updated_at timestamptz not null
);

-- Filters. A category is asked for by its path or any prefix of it, `Home > Kitchen`, without regard to case.
create function in_category(path text[], wanted text[]) returns boolean language sql immutable parallel safe return
  exists (
    select from unnest(wanted) as one
    where starts_with(lower(array_to_string(path, ' > ')) || ' > ', lower(one) || ' > ')
  );

-- Whether one attribute has one of the values, without regard to case.
create function has_attribute(attributes jsonb, name text, wanted jsonb) returns boolean
  language sql immutable parallel safe return
  exists (
    select from jsonb_array_elements_text(coalesce(attributes -> name, '[]')) as held,
      jsonb_array_elements_text(wanted) as one
    where lower(held) = lower(one)
  );

create function has_all_attributes(attributes jsonb, wanted jsonb) returns boolean
  language sql immutable parallel safe return
  not exists (select from jsonb_each(wanted) as w where not has_attribute(attributes, w.key, w.value));

create function has_any_attribute(attributes jsonb, unwanted jsonb) returns boolean
  language sql immutable parallel safe return
  exists (select from jsonb_each(unwanted) as w where has_attribute(attributes, w.key, w.value));
