# Three stages: build the page, build the environment, keep only what runs.
# Alone it runs with its embedded servers (`docker run -p 8000:8000 -v aisle:/data aisle`); with DATABASE_URL and
# REDIS_URL set it uses those instead (docker-compose.yml).

FROM node:22-slim AS page
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-fund --no-audit
COPY frontend/ ./
RUN npm run build

FROM python:3.13-slim AS environment
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9
COPY requirements.lock ./
RUN uv venv .venv && uv pip sync --python .venv/bin/python requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY agents/ agents/
COPY api/ api/
COPY cli/ cli/
COPY core/ core/
COPY evals/ evals/
COPY guardrails/ guardrails/
COPY pipelines/ pipelines/
COPY prompts/ prompts/
COPY tools/ tools/
COPY worker/ worker/
# A plain path entry rather than a copy: what runs is what lies in /app, page included.
RUN uv pip install --python .venv/bin/python --no-deps -C editable_mode=compat -e .

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home aisle && install -d -o aisle -g aisle /data
COPY --from=environment /app /app
COPY --from=page /app/frontend/dist /app/frontend/dist
ENV PATH=/app/.venv/bin:$PATH AISLE_DATA_DIR=/data AISLE_HOST=0.0.0.0 AISLE_PORT=8000 PYTHONUNBUFFERED=1
WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGINT
# The first start of an empty shop loads the demo and builds its indexes, hence the long start period.
HEALTHCHECK --interval=15s --timeout=5s --start-period=180s --start-interval=2s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"AISLE_PORT\"]}/health/ready', timeout=4)"]
CMD ["aisle", "up"]
