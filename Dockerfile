# The server alone: no compiler, no test tools, no root.

FROM node:22.20.0-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --omit=dev --loglevel=error

FROM python:3.11.14-slim-bookworm AS packages
RUN pip install --no-cache-dir uv==0.13.8
ENV UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /taper
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups --no-cache

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin taper \
    && install --directory --owner=taper --mode=0700 /var/lib/taper
WORKDIR /taper
COPY --from=packages /taper/.venv .venv
COPY . .
COPY --from=web /web/node_modules web/node_modules
ENV PATH=/taper/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TAPER_ENV=production \
    TAPER_DATA_DIR=/var/lib/taper \
    HOST=0.0.0.0 \
    PORT=8000
USER taper
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=2)"]
# exec form, so that SIGTERM reaches the server and it ends in order
CMD ["python", "-m", "app", "serve"]
